package io.tidbbinlog.common.net;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.tidbbinlog.common.net.HttpRoutes.Response;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One HTTP/1 connection. Requests are answered one after the other, on a pool, because a handler
 * may ask PD. Lives on its channel's event loop.
 */
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);

  /** A request, copied out of Netty's buffers. */
  private record Call(
      String method, String path, Map<String, String> query, byte[] body, boolean keepAlive) {}

  private final HttpRoutes routes;
  private final Executor pool;

  /** Requests that a client sent without waiting for the answer to the one before. */
  private final ArrayDeque<Call> waiting = new ArrayDeque<>();

  private boolean busy;

  HttpConnection(HttpRoutes routes, Executor pool) {
    this.routes = routes;
    this.pool = pool;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext ctx, FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      write(ctx, Response.text(400, "400 Bad Request\n"), false);
      return;
    }
    QueryStringDecoder uri = new QueryStringDecoder(request.uri());
    Map<String, String> query = new LinkedHashMap<>();
    uri.parameters().forEach((name, values) -> query.put(name, values.get(0)));
    waiting.add(
        new Call(
            request.method().name(),
            uri.path(),
            query,
            ByteBufUtil.getBytes(request.content()),
            HttpUtil.isKeepAlive(request)));
    ctx.channel().config().setAutoRead(false);
    next(ctx);
  }

  private void next(ChannelHandlerContext ctx) {
    Call call = busy ? null : waiting.poll();
    if (call == null) {
      if (!busy) {
        ctx.channel().config().setAutoRead(true);
      }
      return;
    }
    busy = true;
    try {
      pool.execute(
          () -> {
            Response response = answer(call);
            ctx.executor()
                .execute(
                    () -> {
                      busy = false;
                      write(ctx, response, call.keepAlive);
                      next(ctx);
                    });
          });
    } catch (RejectedExecutionException e) {
      busy = false;
      write(ctx, Response.text(503, "too many requests at a time\n"), false);
    }
  }

  private Response answer(Call call) {
    try {
      return routes.handle(call.method, call.path, call.query, call.body);
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      log.atError().addKeyValue("path", call.path).setCause(e).log("HTTP request failed");
      return Response.text(500, e.getMessage() + "\n");
    }
  }

  private static void write(ChannelHandlerContext ctx, Response response, boolean keepAlive) {
    FullHttpResponse out =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(response.status()),
            Unpooled.wrappedBuffer(response.body()));
    out.headers().set(HttpHeaderNames.CONTENT_LENGTH, response.body().length);
    if (response.body().length > 0) {
      out.headers().set(HttpHeaderNames.CONTENT_TYPE, response.contentType());
    }
    out.headers()
        .set(
            HttpHeaderNames.CONNECTION,
            keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
    var written = ctx.writeAndFlush(out);
    if (!keepAlive) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    log.atDebug().addKeyValue("peer", ctx.channel().remoteAddress()).setCause(cause).log("closed");
    var unused = ctx.close();
  }
}
