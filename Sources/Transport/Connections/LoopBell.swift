// SPDX-License-Identifier: Apache-2.0

import Kernel
import NIOCore
import NIOPosix

/// Tells that an event loop has looked at its sockets: a pipe from the loop to itself.
///
/// A timer cannot tell: it may be due before the loop has come to an end with what is queued.
final class LoopBell: Sendable {
    private let channel: any Channel

    private init(_ channel: any Channel) {
        self.channel = channel
    }

    deinit {
        // A loop that has ended has closed it.
        if channel.isActive { channel.close(promise: nil) }
    }

    /// Makes a bell for `loop`, on which `onRing` is called.
    static func make(
        on loop: any EventLoop,
        onRing: @escaping @Sendable () -> Void
    ) -> EventLoopFuture<LoopBell> {
        let ends: (reader: Int32, writer: Int32)
        do throws(KernelError) {
            ends = try Pipe.ends()
        } catch {
            return loop.makeFailedFuture(error)
        }
        return NIOPipeBootstrap(group: loop)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Ear(onRing))
                }
            }
            .takingOwnershipOfDescriptors(input: ends.reader, output: ends.writer)
            .flatMapErrorThrowing { error in
                for end in [ends.reader, ends.writer] { _ = Descriptor(adopting: end) }
                throw error
            }
            .map { LoopBell($0) }
    }

    /// Has `onRing` called when the loop has looked at its sockets.
    func ring() {
        channel.writeAndFlush(ByteBuffer(repeating: 0, count: 1), promise: nil)
    }

    private final class Ear: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer

        private let onRing: @Sendable () -> Void

        init(_ onRing: @escaping @Sendable () -> Void) {
            self.onRing = onRing
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            onRing()
        }
    }
}
