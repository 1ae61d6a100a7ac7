package io.tidbbinlog.common.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Optional;

/** The address that others reach this machine by. */
public final class LocalAddress {
  private LocalAddress() {}

  /** The first IPv4 address that is not a loopback, as the original takes it for {@code -addr}. */
  public static Optional<String> firstIpv4() {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(address -> address instanceof Inet4Address && !address.isLoopbackAddress())
          .map(InetAddress::getHostAddress)
          .findFirst();
    } catch (SocketException e) {
      return Optional.empty();
    }
  }
}
