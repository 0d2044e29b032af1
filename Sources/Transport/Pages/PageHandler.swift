// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Answers the one request of a connection.
///
/// Source: RFC 9110, sections 9.3.1 (GET), 9.3.2 (HEAD), 15.5.5 (404), 15.5.6 (405); RFC 9112,
/// section 9.6 (tear-down).
final class PageHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let pages: [String: PageServer.Maker]
    private let patience: TimeAmount
    private var deadline: Scheduled<Void>?
    private var request: HTTPRequestHead?
    private var isAnswered = false

    init(_ pages: [String: PageServer.Maker], patience: TimeAmount) {
        self.pages = pages
        self.patience = patience
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            if request == nil { request = head }
        case .body:
            return
        case .end:
            guard let request, !isAnswered else { return }
            isAnswered = true
            answer(request, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The decoder's are answered before they come here; of a broken connection nothing is left.
        context.close(promise: nil)
    }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = request.uri.prefix { $0 != "?" }
        guard let page = pages[String(path)] else {
            let known = pages.keys.sorted().joined(separator: "\n")
            return send(.notFound, PageServer.Page(text: known + "\n"), request, context)
        }
        switch request.method {
        case .GET, .HEAD: send(.ok, page(), request, context)
        default:
            let refusal = PageServer.Page(text: "GET or HEAD\n")
            send(.methodNotAllowed, refusal, request, context)
        }
    }

    /// Sends the answer, ends our half, and leaves the other to the peer or the deadline: closing
    /// over unread bytes would make the kernel throw away what the peer has not read yet.
    private func send(
        _ status: HTTPResponseStatus,
        _ page: PageServer.Page,
        _ request: HTTPRequestHead,
        _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders([
            ("Content-Type", page.contentType),
            ("Content-Length", "\(page.text.utf8.count)"),
            ("Cache-Control", "no-store"),
            ("Connection", "close"),
        ])
        if status == .methodNotAllowed { headers.add(name: "Allow", value: "GET, HEAD") }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD {
            let body = context.channel.allocator.buffer(string: page.text)
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(.end(nil))).whenComplete { result in
            switch result {
            case .success: channel.close(mode: .output, promise: nil)
            case .failure: channel.close(promise: nil)
            }
        }
    }
}

/// Ends a connection that sends more than a request may be long.
final class RequestLimit: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private var left: Int

    init(bytes: Int) {
        left = bytes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        left -= unwrapInboundIn(data).readableBytes
        guard left >= 0 else { return context.close(promise: nil) }
        context.fireChannelRead(data)
    }
}
