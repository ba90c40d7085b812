using Ccr.Tests.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Utils;
using Grpc.Net.Client;

namespace Ccr.Tests.Grpc;

/// <summary>What a client must see, whatever server is behind it.</summary>
internal static class ClientBehaviour
{
    /// <summary>Every behaviour by name.</summary>
    public static IReadOnlyDictionary<string, Func<Uri, Task>> All { get; } = new Dictionary<string, Func<Uri, Task>>
    {
        ["unary echoes"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            var client = new Echo.EchoClient(channel);
            using var call = client.UnaryAsync(Request("hello"));
            Assert.Equal("hello", (await call).Payload.ToStringUtf8());
            Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
            Assert.Equal(5, client.Unary(Request("hello")).Number);
        },
        ["an error has its code, sentence and trailers"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            var error = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Script = "error" }));
            Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
            Assert.Equal("empty — text %", error.Status.Detail);
            Assert.Equal("because", error.Trailers.GetValue("x-reason"));
            Assert.Equal([0, 1, 254, 255], error.Trailers.GetValueBytes("x-blob-bin")!);
        },
        ["metadata goes there and back"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            var blob = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
            using var call = new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Script = "metadata" }, new Metadata { { "x-echo", "text" }, { "x-echo-bin", blob } });
            var headers = await call.ResponseHeadersAsync;
            Assert.Equal("text", headers.GetValue("x-echo"));
            Assert.Equal(blob, headers.GetValueBytes("x-echo-bin")!);
            await call;
            Assert.Equal("text", call.GetTrailers().GetValue("x-trailer"));
            Assert.Equal(blob, call.GetTrailers().GetValueBytes("x-trailer-bin")!);
        },
        ["server streaming brings all in order"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            using var call = new Echo.EchoClient(channel).ServerStream(new EchoRequest { Count = 500, Payload = EchoProbe.Pattern(100) });
            var replies = await call.ResponseStream.ToListAsync();
            Assert.Equal(Enumerable.Range(0, 500), replies.Select(r => r.Number));
            Assert.All(replies, r => Assert.Equal(EchoProbe.Pattern(100), r.Payload));
            Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        },
        ["an error after messages comes after them"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            using var call = new Echo.EchoClient(channel).ServerStream(new EchoRequest { Count = 3, Script = "error" });
            var seen = 0;
            var error = await Assert.ThrowsAsync<RpcException>(async () =>
            {
                await foreach (var reply in call.ResponseStream.ReadAllAsync())
                {
                    Assert.Equal(seen++, reply.Number);
                }
            });
            Assert.Equal(3, seen);
            Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
            Assert.Equal("enough", error.Status.Detail);
        },
        ["client streaming sends all"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            using var call = new Echo.EchoClient(channel).ClientStream();
            await call.RequestStream.WriteAllAsync(Enumerable.Range(0, 100).Select(i => Request($"{i},")));
            var reply = await call;
            Assert.Equal(100, reply.Number);
            Assert.Equal(string.Concat(Enumerable.Range(0, 100).Select(i => $"{i},")), reply.Payload.ToStringUtf8());
        },
        ["client streaming of nothing is answered"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            using var call = new Echo.EchoClient(channel).ClientStream();
            await call.RequestStream.CompleteAsync();
            Assert.Equal(0, (await call).Number);
        },
        ["an early answer ends the writing"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            using var call = new Echo.EchoClient(channel).ClientStream();
            var error = await Assert.ThrowsAsync<RpcException>(async () =>
            {
                await call.RequestStream.WriteAsync(new EchoRequest { Script = "error" });
                while (true)
                {
                    await call.RequestStream.WriteAsync(Request("more"));
                }
            });
            Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
            Assert.Equal(StatusCode.ResourceExhausted, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        },
        ["duplex is a conversation"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            using var call = new Echo.EchoClient(channel).Duplex();
            for (var i = 0; i < 20; i++)
            {
                await call.RequestStream.WriteAsync(Request($"turn {i}"));
                Assert.True(await call.ResponseStream.MoveNext());
                Assert.Equal($"turn {i}", call.ResponseStream.Current.Payload.ToStringUtf8());
                Assert.Equal(i, call.ResponseStream.Current.Number);
            }

            await call.RequestStream.CompleteAsync();
            Assert.False(await call.ResponseStream.MoveNext());
            Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        },
        ["a service may end a conversation first"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            using var call = new Echo.EchoClient(channel).Duplex();
            try
            {
                await call.RequestStream.WriteAsync(new EchoRequest { Script = "end" });
            }
            catch (InvalidOperationException)
            {
                // On a busy machine the service may be done before the write has returned.
            }

            Assert.False(await call.ResponseStream.MoveNext());
            await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(Request("late")));
        },
        ["a deadline ends a call that waits"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            var error = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Script = "wait" }, deadline: DateTime.UtcNow.AddMilliseconds(100)));
            Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        },
        ["a deadline ends a stream that waits"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            using var call = new Echo.EchoClient(channel).ServerStream(new EchoRequest { Script = "wait", Count = 1 }, deadline: DateTime.UtcNow.AddMilliseconds(500));
            var error = await Assert.ThrowsAsync<RpcException>(async () =>
            {
                // One message at most; on a busy machine the deadline may come before it.
                Assert.True(await call.ResponseStream.MoveNext());
                await call.ResponseStream.MoveNext();
            });
            Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        },
        ["a deadline that has passed fails at once"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            var error = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).UnaryAsync(Request("x"), deadline: DateTime.UtcNow.AddSeconds(-1)));
            Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        },
        ["a token ends a call"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            using var source = new CancellationTokenSource();
            using var call = new Echo.EchoClient(channel).ServerStream(new EchoRequest { Script = "wait", Count = 1 }, cancellationToken: source.Token);
            Assert.True(await call.ResponseStream.MoveNext());
            var next = call.ResponseStream.MoveNext();
            source.Cancel();
            var error = await Assert.ThrowsAsync<RpcException>(() => next);
            Assert.Equal(StatusCode.Cancelled, error.StatusCode);
            Assert.Equal("Call canceled by the client.", error.Status.Detail);
        },
        ["a token ends a call with the exception that was asked for"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { ThrowOperationCanceledOnCancellation = true });
            await Assert.ThrowsAsync<OperationCanceledException>(async () => await new Echo.EchoClient(channel).UnaryAsync(Request("x"), cancellationToken: new CancellationToken(true)));
        },
        ["big messages go both ways"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
            var payload = EchoProbe.Pattern(20_000_000);
            var reply = await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Payload = payload });
            Assert.Equal(payload, reply.Payload);
        },
        ["a reply above the limit is refused"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = 1000 });
            var error = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Count = 2000 }));
            Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
            Assert.Equal("Received message exceeds the maximum configured message size.", error.Status.Detail);
        },
        ["a request above the limit is not sent"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxSendMessageSize = 1000 });
            var error = await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest { Payload = EchoProbe.Pattern(2000) }));
            Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
            Assert.Equal("Sending message exceeds the maximum configured message size.", error.Status.Detail);
        },
        ["requests and replies are compressed on wish"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            using var call = new Echo.EchoClient(channel).UnaryAsync(
                new EchoRequest { Payload = EchoProbe.Pattern(100_000), Script = "gzip" },
                new Metadata { { "grpc-internal-encoding-request", "gzip" } });
            Assert.Equal(EchoProbe.Pattern(100_000), (await call).Payload);
        },
        ["an unknown method is unimplemented"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            var method = new Method<string, string>(MethodType.Unary, "ccr.test.v1.Echo", "Nothing", Marshallers.StringMarshaller, Marshallers.StringMarshaller);
            var error = await Assert.ThrowsAsync<RpcException>(async () => await channel.CreateCallInvoker().AsyncUnaryCall(method, null, new CallOptions(), "x"));
            Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
        },
        ["one channel carries many calls at once"] = async address =>
        {
            using var channel = GrpcChannel.ForAddress(address);
            var client = new Echo.EchoClient(channel);
            var replies = await Task.WhenAll(Enumerable.Range(0, 300).Select(async i => (await client.UnaryAsync(Request($"call {i}"))).Payload.ToStringUtf8()));
            Assert.Equal(Enumerable.Range(0, 300).Select(i => $"call {i}"), replies);
        },
    };

    /// <summary>The names, for theories.</summary>
    public static TheoryData<string> Names { get; } = [.. All.Keys];

    private static EchoRequest Request(string text) => new() { Payload = ByteString.CopyFromUtf8(text) };
}
