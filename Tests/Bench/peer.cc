// SPDX-License-Identifier: Apache-2.0
//
// gRPC's own C++ library at its fastest, for scripts/bench to compare with: completion queues for
// the unary call, polled by the threads that use them, and reactors for the streams.
//
//   peer serve TARGET THREADS [CERTIFICATE KEY]
//   peer load TARGET unary FLIGHT SECONDS BYTES [CA]     one JSON line of figures
//   peer load TARGET flow COUNT SIZE [CA]
//   peer load TARGET idle STREAMS [CA]                   says so, then stays until it is ended
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "bench.grpc.pb.h"

using opi::bench::Bench;
using opi::bench::Chunk;
using Clock = std::chrono::steady_clock;

static std::string contents(const char *path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    if (!file) {
        std::fprintf(stderr, "cannot read %s\n", path);
        std::exit(2);
    }
    return text.str();
}

static double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

static void fail(const char *what, const grpc::Status &status) {
    std::fprintf(stderr, "%s: %d %s\n", what, status.error_code(), status.error_message().c_str());
    std::exit(1);
}

// The server.

using Service = Bench::WithAsyncMethod_Echo<
    Bench::WithCallbackMethod_Flow<Bench::WithCallbackMethod_Talk<Bench::Service>>>;

class Flow : public grpc::ServerWriteReactor<Chunk> {
  public:
    explicit Flow(const Chunk *request) : left_(request->count()) {
        chunk_.set_body(std::string(request->size(), 'x'));
        next();
    }
    void OnWriteDone(bool ok) override { ok ? next() : Finish(grpc::Status::CANCELLED); }
    void OnDone() override { delete this; }

  private:
    void next() {
        if (left_ == 0) return Finish(grpc::Status::OK);
        --left_;
        StartWrite(&chunk_);
    }
    Chunk chunk_;
    unsigned left_;
};

class Talk : public grpc::ServerBidiReactor<Chunk, Chunk> {
  public:
    Talk() { StartRead(&chunk_); }
    void OnReadDone(bool ok) override { ok ? StartWrite(&chunk_) : Finish(grpc::Status::OK); }
    void OnWriteDone(bool ok) override {
        if (ok) StartRead(&chunk_);
    }
    void OnDone() override { delete this; }

  private:
    Chunk chunk_;
};

class Server final : public Service {
  public:
    grpc::ServerWriteReactor<Chunk> *Flow(grpc::CallbackServerContext *,
                                          const Chunk *request) override {
        return new ::Flow(request);
    }
    grpc::ServerBidiReactor<Chunk, Chunk> *Talk(grpc::CallbackServerContext *) override {
        return new ::Talk();
    }
};

struct Echo {
    Echo(Server *service, grpc::ServerCompletionQueue *queue)
        : service(service), queue(queue), writer(&context) {
        service->RequestEcho(&context, &request, &writer, queue, queue, this);
    }
    // Whether the call goes on.
    bool proceed() {
        if (answered) return false;
        new Echo(service, queue);
        answered = true;
        answer.set_body(request.body());
        writer.Finish(answer, grpc::Status::OK, this);
        return true;
    }
    Server *service;
    grpc::ServerCompletionQueue *queue;
    grpc::ServerContext context;
    grpc::ServerAsyncResponseWriter<Chunk> writer;
    Chunk request, answer;
    bool answered = false;
};

static int serve(int argc, char **argv) {
    std::shared_ptr<grpc::ServerCredentials> credentials = grpc::InsecureServerCredentials();
    if (argc > 5) {
        grpc::SslServerCredentialsOptions options;
        options.pem_key_cert_pairs.push_back({contents(argv[5]), contents(argv[4])});
        credentials = grpc::SslServerCredentials(options);
    }
    Server service;
    grpc::ServerBuilder builder;
    builder.AddListeningPort(argv[2], credentials);
    builder.RegisterService(&service);
    std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues;
    for (int i = 0; i < std::atoi(argv[3]); i++) queues.push_back(builder.AddCompletionQueue());
    std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    if (!server) return 1;
    std::vector<std::thread> threads;
    for (auto &queue : queues) {
        for (int i = 0; i < 128; i++) new Echo(&service, queue.get());
        threads.emplace_back([&queue] {
            void *tag;
            bool ok;
            while (queue->Next(&tag, &ok)) {
                Echo *echo = static_cast<Echo *>(tag);
                if (!ok || !echo->proceed()) delete echo;
            }
        });
    }
    std::puts("ready");
    std::fflush(stdout);
    server->Wait();
    return 0;
}

// The client.

struct Call {
    grpc::ClientContext context;
    Chunk answer;
    grpc::Status status;
    Clock::time_point start;
    std::unique_ptr<grpc::ClientAsyncResponseReader<Chunk>> reader;
};

static int unary(Bench::Stub *stub, int flight, double seconds, int bytes) {
    grpc::CompletionQueue queue;
    Chunk request;
    request.set_body(std::string(bytes, 'x'));
    std::vector<double> times;
    times.reserve(1 << 20);
    auto begin = [&] {
        Call *call = new Call;
        call->start = Clock::now();
        call->context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
        call->reader = stub->AsyncEcho(&call->context, request, &queue);
        call->reader->Finish(&call->answer, &call->status, call);
    };
    // A warm-up of a quarter is not counted.
    Clock::time_point start = Clock::now();
    std::clock_t cpu = std::clock();
    bool warm = false;
    double measured = 0;
    int open = flight;
    for (int i = 0; i < flight; i++) begin();
    while (open > 0) {
        void *tag;
        bool ok;
        if (!queue.Next(&tag, &ok)) return 1;
        Call *call = static_cast<Call *>(tag);
        if (!ok || !call->status.ok()) fail("Echo", call->status);
        if (call->answer.body().size() != request.body().size()) return 1;
        double elapsed = since(start);
        if (!warm && elapsed > seconds / 4) {
            warm = true;
            times.clear();
            start = Clock::now();
            cpu = std::clock();
            elapsed = 0;
        } else {
            times.push_back(since(call->start) * 1e6);
        }
        delete call;
        if (!warm || elapsed < seconds) {
            begin();
        } else {
            if (measured == 0) measured = elapsed;
            open--;
        }
    }
    double used = double(std::clock() - cpu) / CLOCKS_PER_SEC * 1e6;
    std::sort(times.begin(), times.end());
    size_t count = times.size();
    std::printf("{\"calls\": %zu, \"p50\": %.1f, \"p99\": %.1f, \"rate\": %.0f, \"cpu\": %.2f}\n",
                count, times[count / 2], times[count * 99 / 100], count / measured, used / count);
    return 0;
}

static int flow(Bench::Stub *stub, unsigned count, unsigned size) {
    grpc::ClientContext context;
    Chunk request, chunk;
    request.set_count(count);
    request.set_size(size);
    Clock::time_point start = Clock::now();
    std::clock_t cpu = std::clock();
    size_t bytes = 0;
    auto reader = stub->Flow(&context, request);
    while (reader->Read(&chunk)) bytes += chunk.body().size();
    grpc::Status status = reader->Finish();
    if (!status.ok()) fail("Flow", status);
    if (bytes != size_t(count) * size) return 1;
    double time = since(start), used = double(std::clock() - cpu) / CLOCKS_PER_SEC * 1e6;
    std::printf("{\"rate\": %.1f, \"cpu\": %.2f}\n", bytes / time / 1e6, used / count);
    return 0;
}

class Idle : public grpc::ClientBidiReactor<Chunk, Chunk> {
  public:
    Idle(Bench::Stub *stub, const Chunk *request, int *open, std::mutex *lock,
         std::condition_variable *changed)
        : open_(open), lock_(lock), changed_(changed) {
        stub->async()->Talk(&context_, this);
        StartWrite(request);
        StartRead(&answer_);
        StartCall();
    }
    void OnReadDone(bool ok) override {
        if (!ok) return;
        std::lock_guard<std::mutex> guard(*lock_);
        ++*open_;
        changed_->notify_one();
        StartRead(&answer_);
    }

  private:
    grpc::ClientContext context_;
    Chunk answer_;
    int *open_;
    std::mutex *lock_;
    std::condition_variable *changed_;
};

static int idle(Bench::Stub *stub, int streams) {
    Chunk request;
    request.set_body("x");
    int open = 0;
    std::mutex lock;
    std::condition_variable changed;
    for (int i = 0; i < streams; i++) new Idle(stub, &request, &open, &lock, &changed);
    std::unique_lock<std::mutex> guard(lock);
    changed.wait(guard, [&] { return open == streams; });
    guard.unlock();
    std::puts("idle");
    std::fflush(stdout);
    for (;;) pause();
}

static int load(int argc, char **argv) {
    std::string what = argv[3];
    int words = what == "unary" ? 7 : what == "flow" ? 6 : 5;
    if (argc < words) return 2;
    std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials();
    if (argc > words) {
        grpc::SslCredentialsOptions options;
        options.pem_root_certs = contents(argv[words]);
        credentials = grpc::SslCredentials(options);
    }
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(16 << 20);
    auto stub = Bench::NewStub(grpc::CreateCustomChannel(argv[2], credentials, arguments));
    if (what == "unary")
        return unary(stub.get(), std::atoi(argv[4]), std::atof(argv[5]), std::atoi(argv[6]));
    if (what == "flow") return flow(stub.get(), std::atoi(argv[4]), std::atoi(argv[5]));
    return idle(stub.get(), std::atoi(argv[4]));
}

int main(int argc, char **argv) {
    if (argc > 3 && std::string(argv[1]) == "serve") return serve(argc, argv);
    if (argc > 4 && std::string(argv[1]) == "load") return load(argc, argv);
    std::fprintf(stderr, "usage: peer serve|load TARGET …\n");
    return 2;
}
