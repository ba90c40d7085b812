using System.Text;
using Ccr.Tests.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;

namespace Ccr.Tests.Grpc;

/// <summary>Behaves as the script of a request says. echo-server.mjs does the same with grpc-js.</summary>
public sealed class EchoService : Echo.EchoBase, IDisposable
{
    /// <summary>Completed when a call saw its cancellation; new for each test host.</summary>
    private readonly EchoProbe _probe;

    public EchoService(EchoProbe probe)
    {
        _probe = probe;
    }

    public void Dispose() => _probe.Disposed++;

    public override async Task<EchoReply> Unary(EchoRequest request, ServerCallContext context)
    {
        switch (request.Script)
        {
            case "error":
                throw new RpcException(
                    new Status(StatusCode.InvalidArgument, "empty — text %"),
                    new Metadata { { "x-reason", "because" }, { "x-blob-bin", [0, 1, 254, 255] } });
            case "crash":
                throw new InvalidOperationException("secret detail");
            case "null":
                return null!;
            case "wait":
                _probe.Deadline = context.Deadline;
                await WaitAsync(context);
                break;
            case "status":
                context.Status = new Status(StatusCode.NotFound, "no such thing");
                break;
            case "metadata":
                var headers = new Metadata();
                foreach (var entry in context.RequestHeaders.Where(e => e.Key.StartsWith("x-echo", StringComparison.Ordinal)))
                {
                    headers.Add(entry);
                    context.ResponseTrailers.Add(entry.IsBinary
                        ? new Metadata.Entry("x-trailer-bin", entry.ValueBytes)
                        : new Metadata.Entry("x-trailer", entry.Value));
                }

                await context.WriteResponseHeadersAsync(headers);
                break;
            case "gzip":
                await context.WriteResponseHeadersAsync(new Metadata { { "grpc-internal-encoding-request", "gzip" } });
                break;
            case "about":
                var about = $"{context.Method}|{context.Host}|{context.Peer.Split(':')[0]}|{context.GetHttpContext().Request.Protocol}|{context.GetHttpContext().Request.Headers["grpc-encoding"]}";
                return new EchoReply { Payload = ByteString.CopyFrom(about, Encoding.UTF8) };
        }

        return new EchoReply { Payload = request.Count > 0 ? EchoProbe.Pattern(request.Count) : request.Payload, Number = request.Payload.Length };
    }

    public override async Task ServerStream(EchoRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        for (var i = 0; i < request.Count; i++)
        {
            await responseStream.WriteAsync(new EchoReply { Number = i, Payload = request.Payload });
        }

        switch (request.Script)
        {
            case "error":
                throw new RpcException(new Status(StatusCode.FailedPrecondition, "enough"));
            case "wait":
                await WaitAsync(context);
                break;
            case "flood":
                try
                {
                    while (true)
                    {
                        await responseStream.WriteAsync(new EchoReply { Payload = request.Payload }, context.CancellationToken);
                    }
                }
                catch (OperationCanceledException)
                {
                    _probe.Cancelled.TrySetResult();
                    throw;
                }

            case "two at once":
                var large = new EchoReply { Payload = EchoProbe.Pattern(20_000_000) };
                var first = responseStream.WriteAsync(large);
                await Task.WhenAll(first, responseStream.WriteAsync(new EchoReply()));
                break;
        }
    }

    public override async Task<EchoReply> ClientStream(IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context)
    {
        var reply = new EchoReply();
        var all = new MemoryStream();
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            if (request.Script == "error")
            {
                throw new RpcException(new Status(StatusCode.ResourceExhausted, "too much"));
            }

            reply.Number++;
            request.Payload.WriteTo(all);
        }

        reply.Payload = ByteString.CopyFrom(all.ToArray());
        return reply;
    }

    public override async Task Duplex(IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        var number = 0;
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            if (request.Script == "end")
            {
                return;
            }

            await responseStream.WriteAsync(new EchoReply { Number = number++, Payload = request.Payload });
        }
    }

    private async Task WaitAsync(ServerCallContext context)
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.CancellationToken.Register(gone.SetResult);
        await gone.Task;
        _probe.Cancelled.TrySetResult();
    }
}
