# Sourced by the launchers beside it: finds Java and our jars, then becomes the program.
#
#   launch PROGRAM JVM_FLAGS [ARGUMENT...]
#
# JAVA_HOME   which Java to use (17 or later); else `runtime/` of the distribution, else `java` of PATH
# JAVA_OPTS   more JVM flags; they come after ours, so they win:  JAVA_OPTS=-Xmx4g bin/pump …

fail() {
    echo "$program: $1" >&2
    exit 1
}

# Prints the major version of a java executable: from the file beside it, as asking it costs a start.
java_version() {
    home=$(dirname "$(dirname "$(readlink -f "$1")")")
    if [ -r "$home/release" ]; then
        sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$home/release"
    else
        "$1" -version 2>&1 | sed -n '1s/.*"\([0-9]*\).*/\1/p'
    fi
}

find_java() {
    if [ -n "${JAVA_HOME:-}" ]; then
        java=$JAVA_HOME/bin/java
        [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, but there is no bin/java in it"
    elif [ -x "$root/runtime/bin/java" ]; then
        java=$root/runtime/bin/java
    else
        java=$(command -v java) || fail 'no Java found: install one (Debian: apt-get install -y openjdk-17-jre-headless) or set JAVA_HOME'
    fi
    version=$(java_version "$java")
    [ "${version:-0}" -ge 17 ] || fail "Java 17 or later is needed, $java is ${version:-of unknown version}"
}

find_lib() {
    lib=$root/lib
    [ -f "$lib/$program.jar" ] && return
    # In a clone the built distribution is two folders down.
    for lib in "$root"/dist/target/tidb-binlog-*/lib; do
        [ -f "$lib/$program.jar" ] && return
    done
    fail "there is no lib/$program.jar in $root; in a clone, run scripts/build first"
}

launch() {
    program=$1 flags=$2
    shift 2
    root=$(dirname "$(dirname "$(readlink -f "$0")")")
    find_java
    find_lib
    # Text is UTF-8 whatever the locale. After OutOfMemoryError nothing is sure: end, and be started again.
    flags="$flags -Dfile.encoding=UTF-8 -Dsun.stdout.encoding=UTF-8 -Dsun.stderr.encoding=UTF-8 -XX:+ExitOnOutOfMemoryError"
    if [ "$version" -ge 24 ]; then # Netty and RocksDB use what later Javas warn about
        flags="$flags --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
    fi
    # shellcheck disable=SC2086 # flags are words
    exec "$java" $flags ${JAVA_OPTS:-} -jar "$lib/$program.jar" "$@"
}
