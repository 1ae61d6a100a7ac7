package io.tidbbinlog.common.config;

import io.tidbbinlog.common.error.BinlogException;
import io.tidbbinlog.common.error.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The form that {@code binlogctl -cmd encrypt} prints and {@code encrypted_password} takes: base64
 * of a random 16-byte IV, {@code @}, and the text under AES in CFB mode (spec: binlogctl.md §5). It
 * hides a password from a glance, no more: the built-in key is public and nothing detects a change.
 */
public final class EncryptedText {
  /** The environment variable with the key: hex of 16, 24 or 32 bytes. */
  public static final String KEY_VARIABLE = "BINLOG_SECRET_KEY";

  private static final String PUBLIC_KEY =
      "a529b7665997f043a30ac8fadcb51d6aa032c226ab5b7750530b12b8c1a16a48";
  private static final int IV_BYTES = 16;

  private EncryptedText() {}

  /**
   * Hides a text.
   *
   * @param hexKey empty = the built-in key
   */
  public static String encrypt(String text, String hexKey) {
    byte[] iv = new byte[IV_BYTES];
    new SecureRandom().nextBytes(iv);
    byte[] hidden =
        cipher(Cipher.ENCRYPT_MODE, hexKey, iv, text.getBytes(StandardCharsets.UTF_8), 0);
    byte[] all = Arrays.copyOf(iv, IV_BYTES + 1 + hidden.length);
    all[IV_BYTES] = '@';
    System.arraycopy(hidden, 0, all, IV_BYTES + 1, hidden.length);
    return Base64.getEncoder().encodeToString(all);
  }

  /**
   * The text in clear.
   *
   * @throws BinlogException with {@code CONFIG_INVALID}, without the secret in it
   */
  public static String decrypt(String base64, String hexKey) {
    byte[] all;
    try {
      all = Base64.getDecoder().decode(base64.trim());
    } catch (IllegalArgumentException e) {
      throw bad("base 64 failed to decode", e);
    }
    if (all.length <= IV_BYTES || all[IV_BYTES] != '@') {
      throw bad("ciphertext not valid: not what binlogctl -cmd encrypt prints", null);
    }
    byte[] iv = Arrays.copyOf(all, IV_BYTES);
    return new String(
        cipher(Cipher.DECRYPT_MODE, hexKey, iv, all, IV_BYTES + 1), StandardCharsets.UTF_8);
  }

  private static byte[] cipher(int mode, String hexKey, byte[] iv, byte[] input, int from) {
    try {
      Cipher cipher = Cipher.getInstance("AES/CFB/NoPadding");
      cipher.init(mode, new SecretKeySpec(key(hexKey), "AES"), new IvParameterSpec(iv));
      return cipher.doFinal(input, from, input.length - from);
    } catch (GeneralSecurityException e) {
      throw bad("AES failed", e);
    }
  }

  private static byte[] key(String hex) {
    byte[] key;
    try {
      key = HexFormat.of().parseHex(hex.isEmpty() ? PUBLIC_KEY : hex.trim());
    } catch (IllegalArgumentException e) {
      throw bad("secretKey not valid: " + KEY_VARIABLE + " is not hex", null);
    }
    if (key.length != 16 && key.length != 24 && key.length != 32) {
      throw bad("secretKey not valid: " + KEY_VARIABLE + " must have 16, 24 or 32 bytes", null);
    }
    return key;
  }

  private static BinlogException bad(
      String text, @org.jspecify.annotations.Nullable Throwable cause) {
    return new BinlogException(ErrorCode.CONFIG_INVALID, text, cause);
  }
}
