package io.tidbbinlog.common.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiationEvent;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.ReadTimeoutHandler;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stands where gRPC negotiates its protocol and looks at a connection's first bytes, behind TLS if
 * there is any. HTTP/2 becomes gRPC's own pipeline, with nothing of ours in between; a method of
 * HTTP/1 becomes an {@link HttpConnection}; anything else is closed, and so is silence.
 */
final class PortSniffer extends ByteToMessageDecoder {
  private static final Logger log = LoggerFactory.getLogger(PortSniffer.class);
  private static final long SECONDS_TO_DECIDE = 10;
  private static final int IDLE_SECONDS = 75;
  private static final int MAX_BODY = 1 << 20;
  private static final byte[] HTTP2 = "PRI * HTTP/2.0\r\n".getBytes(US_ASCII);
  private static final List<byte[]> HTTP1 =
      Stream.of("GET ", "PUT ", "POST ", "HEAD ", "DELETE ", "OPTIONS ", "PATCH ", "TRACE ")
          .map(method -> method.getBytes(US_ASCII))
          .toList();

  private enum Guess {
    YES,
    NO,
    PERHAPS
  }

  private final GrpcHttp2ConnectionHandler grpc;
  private final HttpRoutes routes;
  private final Executor httpPool;
  private @Nullable Future<?> timeout;

  PortSniffer(GrpcHttp2ConnectionHandler grpc, HttpRoutes routes, Executor httpPool) {
    this.grpc = grpc;
    this.routes = routes;
    this.httpPool = httpPool;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    timeout = ctx.executor().schedule(() -> close(ctx), SECONDS_TO_DECIDE, TimeUnit.SECONDS);
  }

  /** gRPC's start of the negotiation ends here; it is started again once we know. */
  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) throws Exception {
    if (event != InternalProtocolNegotiationEvent.getDefault()) {
      super.userEventTriggered(ctx, event);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
    ChannelPipeline pipeline = ctx.pipeline();
    Guess http2 = startsWith(in, HTTP2);
    if (http2 == Guess.YES) {
      pipeline.addAfter(
          ctx.name(), null, InternalProtocolNegotiators.serverPlaintext().newHandler(grpc));
      ctx.fireUserEventTriggered(InternalProtocolNegotiationEvent.getDefault());
      pipeline.remove(this);
      return;
    }
    Guess http1 = http1(in);
    if (http1 == Guess.YES) {
      addAfter(
          ctx,
          new ReadTimeoutHandler(IDLE_SECONDS),
          new HttpServerCodec(),
          new HttpObjectAggregator(MAX_BODY),
          new HttpConnection(routes, httpPool));
      pipeline.remove(this);
    } else if (http2 == Guess.NO && http1 == Guess.NO) {
      log.atDebug().addKeyValue("peer", ctx.channel().remoteAddress()).log("neither gRPC nor HTTP");
      in.skipBytes(in.readableBytes());
      close(ctx);
    }
  }

  private static void close(ChannelHandlerContext ctx) {
    var unused = ctx.close();
  }

  private static void addAfter(ChannelHandlerContext ctx, ChannelHandler... inOrder) {
    for (int i = inOrder.length - 1; i >= 0; i--) {
      ctx.pipeline().addAfter(ctx.name(), null, inOrder[i]);
    }
  }

  private static Guess http1(ByteBuf in) {
    Guess best = Guess.NO;
    for (byte[] method : HTTP1) {
      Guess guess = startsWith(in, method);
      if (guess == Guess.YES) {
        return guess;
      }
      best = guess == Guess.PERHAPS ? guess : best;
    }
    return best;
  }

  private static Guess startsWith(ByteBuf in, byte[] wanted) {
    int length = Math.min(in.readableBytes(), wanted.length);
    for (int i = 0; i < length; i++) {
      if (in.getByte(in.readerIndex() + i) != wanted[i]) {
        return Guess.NO;
      }
    }
    return length == wanted.length ? Guess.YES : Guess.PERHAPS;
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    Future<?> scheduled = timeout;
    if (scheduled != null) {
      scheduled.cancel(false);
    }
  }

  /** A failed TLS handshake comes here; it is the peer's affair. */
  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.atInfo()
        .addKeyValue("peer", ctx.channel().remoteAddress())
        .addKeyValue("reason", cause.getMessage())
        .log("connection refused");
    close(ctx);
  }
}
