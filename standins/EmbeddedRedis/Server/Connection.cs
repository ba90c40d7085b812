using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Ccr.Standins.EmbeddedRedis.Protocol;

namespace Ccr.Standins.EmbeddedRedis.Server;

/// <summary>
/// One client's socket: a loop that receives, one that runs requests, one that sends. The receiving loop goes on while a call
/// blocks, so that a client that leaves is noticed. A client that does not read its replies is not read from either.
/// </summary>
internal sealed class Connection : ISessionTransport, IDisposable
{
    private const int HighWater = 1024 * 1024;
    private const int LowWater = HighWater / 2;
    private const int SegmentSize = 16 * 1024;
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    private readonly Engine _engine;
    private readonly Socket _socket;
    private readonly Pipe _input = new(new PipeOptions(pauseWriterThreshold: HighWater, resumeWriterThreshold: LowWater, minimumSegmentSize: SegmentSize, useSynchronizationContext: false));
    private readonly Pipe _output = new(new PipeOptions(pauseWriterThreshold: 0, minimumSegmentSize: SegmentSize, useSynchronizationContext: false));
    private readonly ReplyWriter _reply;
    private readonly RequestParser _parser = new();
    private readonly Session _session;
    private long _sent;
    private TaskCompletionSource? _drained;
    private volatile bool _sendingEnded;

    public Connection(Engine engine, Socket socket)
    {
        _engine = engine;
        _socket = socket;
        _socket.NoDelay = true;
        Remote = socket.RemoteEndPoint!;
        Local = socket.LocalEndPoint!;
        _reply = new ReplyWriter(_output.Writer);
        _session = engine.Open(this, _reply);
    }

    public EndPoint Remote { get; }

    public EndPoint Local { get; }

    public long Pending => _reply.Written - Interlocked.Read(ref _sent);

    // The pipe never pauses its writer, so this completes at once; it only wakes the sending loop.
    public void Flush() => _output.Writer.FlushAsync().AsTask().GetAwaiter().GetResult();

    public void Abort() => _socket.Dispose();

    /// <summary>Serves the client until it leaves or is sent away. Never throws.</summary>
    public async Task RunAsync(TimeProvider time)
    {
        var receiving = ReceiveAsync();
        var sending = SendAsync();
        await ProcessAsync().ConfigureAwait(false);
        _engine.Close(_session);
        await _output.Writer.CompleteAsync().ConfigureAwait(false);
        await Task.WhenAny(sending, Task.Delay(Farewell, time)).ConfigureAwait(false);
        Dispose();
        await _input.Reader.CompleteAsync().ConfigureAwait(false);
        await Task.WhenAll(sending, receiving).ConfigureAwait(false);
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var count = await _socket.ReceiveAsync(_input.Writer.GetMemory(SegmentSize)).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                _input.Writer.Advance(count);
                if ((await _input.Writer.FlushAsync().ConfigureAwait(false)).IsCompleted)
                {
                    break;
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The client went away, or was sent away.
        }

        await _input.Writer.CompleteAsync().ConfigureAwait(false);
        _engine.Unblock(_session);
    }

    private async Task ProcessAsync()
    {
        while (!_session.Closing)
        {
            var result = await _input.Reader.ReadAsync().ConfigureAwait(false);
            var buffer = result.Buffer;
            try
            {
                while (!_session.Closing && TryRead(ref buffer, out var request))
                {
                    if (request.Length == 0)
                    {
                        continue;
                    }

                    _engine.Execute(_session, request);
                    if (_session.Blocked is { } call)
                    {
                        _engine.Flush(_session);
                        await call.Completion.ConfigureAwait(false);
                    }

                    if (Pending > HighWater)
                    {
                        _engine.Flush(_session);
                        await DrainAsync().ConfigureAwait(false);
                    }
                }
            }
            catch (ProtocolException error)
            {
                _engine.Reject(_session, error);
            }

            _engine.Flush(_session);
            _input.Reader.AdvanceTo(buffer.Start, buffer.End);
            if (result.IsCompleted || _sendingEnded)
            {
                break;
            }
        }
    }

    private bool TryRead(ref System.Buffers.ReadOnlySequence<byte> buffer, out byte[][] request)
    {
        _parser.Authenticated = _session.IsAdmitted;
        _parser.MaxBulkLength = _engine.MaxBulkLength;
        return _parser.TryRead(ref buffer, out request);
    }

    private async Task DrainAsync()
    {
        while (Pending > LowWater && !_sendingEnded)
        {
            var drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _drained, drained);
            if (Pending <= LowWater || _sendingEnded)
            {
                return;
            }

            await drained.Task.ConfigureAwait(false);
        }
    }

    private async Task SendAsync()
    {
        try
        {
            while (true)
            {
                var result = await _output.Reader.ReadAsync().ConfigureAwait(false);
                foreach (var segment in result.Buffer)
                {
                    for (var rest = segment; !rest.IsEmpty;)
                    {
                        var count = await _socket.SendAsync(rest).ConfigureAwait(false);
                        rest = rest[count..];
                        Interlocked.Add(ref _sent, count);
                        if (Pending <= LowWater)
                        {
                            Interlocked.Exchange(ref _drained, null)?.TrySetResult();
                        }
                    }
                }

                _output.Reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    _socket.Shutdown(SocketShutdown.Both);
                    break;
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // The client went away, or was sent away.
        }

        _sendingEnded = true;
        Interlocked.Exchange(ref _drained, null)?.TrySetResult();
        await _output.Reader.CompleteAsync().ConfigureAwait(false);
    }
}
