package io.tidbbinlog.common.lifecycle;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.Consumer;

/**
 * Catches signals of the operating system. The class that does so in every JDK is outside the
 * standard, and javac's warning about naming it can't be switched off for one place, so it is
 * reached by reflection here and nowhere else.
 */
final class Signals {
  private Signals() {}

  /**
   * Hands a signal to a handler, on a thread of the JVM.
   *
   * @param name without SIG, such as {@code TERM}
   * @return false when the JVM keeps that signal for itself
   */
  static boolean handle(String name, Consumer<String> handler) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (self, method, args) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      handler.accept(name);
                      yield null;
                    }
                    case "hashCode" -> System.identityHashCode(handler);
                    case "equals" -> self == args[0];
                    default -> "handler of " + name;
                  });
      Object unused =
          signal
              .getMethod("handle", signal, handlerType)
              .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
      return true;
    } catch (InvocationTargetException e) {
      return false;
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this JVM has no signals", e);
    }
  }
}
