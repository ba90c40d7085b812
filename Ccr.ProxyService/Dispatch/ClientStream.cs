using System.Buffers;
using System.IO.Pipelines;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Usage;

namespace Ccr.ProxyService.Dispatch;

/// <summary>
/// The client's side of a stream: who may write now, and what keeps the client waiting. The attempt that has the floor writes whole events; in between, when nothing
/// was written for a while, the <see cref="Pulse"/> writes a keep-alive, before the first content after having sent the status line.
/// </summary>
internal sealed class ClientStream : IDisposable
{
    private readonly ProxyCall _call;
    private readonly TimeProvider _time;
    private readonly IUsageRecorder _usage;
    private readonly StreamConfig _config;
    private readonly SemaphoreSlim _floor = new(1, 1);
    private Action<IBufferWriter<byte>>? _keepAlive;
    private long _lastWrite;
    private bool _isEnded;

    /// <summary>The client's side of a call.</summary>
    public ClientStream(ProxyCall call, TimeProvider time, IUsageRecorder usage)
    {
        _call = call;
        _time = time;
        _usage = usage;
        _config = call.Config.Streams;
        _lastWrite = time.GetTimestamp();
    }

    /// <summary>True once an attempt's answer is on its way to the client.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>True when the status line went out before there was any content.</summary>
    public bool IsEarly { get; private set; }

    /// <summary>Where the client's bytes go.</summary>
    public PipeWriter Output => _call.Http.Response.BodyWriter;

    /// <summary>Takes the floor.</summary>
    public ValueTask EnterAsync(CancellationToken cancellationToken) => _floor.Wait(0, CancellationToken.None) ? default : new(_floor.WaitAsync(cancellationToken));

    /// <summary>Gives the floor back.</summary>
    public void Exit() => _floor.Release();

    /// <summary>The answer begins; with the floor taken. From now on keep-alives are what the answer's encoder has for them.</summary>
    /// <param name="keepAlive">Writes a keep-alive; null when this stream can have none.</param>
    public void Open(Action<IBufferWriter<byte>>? keepAlive)
    {
        IsOpen = true;
        _keepAlive = keepAlive;
    }

    /// <summary>Sends what was written; with the floor taken.</summary>
    public ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken)
    {
        _lastWrite = _time.GetTimestamp();
        var flush = Output.FlushAsync(cancellationToken);
        if (!flush.IsCompleted)
        {
            // The server's buffer is full: the client reads more slowly than the answer comes.
            _usage.WriteWaited();
        }

        return flush;
    }

    /// <summary>The answer is over: nothing may be written by the pulse any more.</summary>
    public async ValueTask EndAsync()
    {
        await EnterAsync(CancellationToken.None).ConfigureAwait(false);
        _isEnded = true;
        Exit();
    }

    /// <summary>Writes a keep-alive where one is due and nobody else is writing.</summary>
    public async Task PulseAsync()
    {
        var limit = IsOpen || IsEarly ? _config.KeepAlive : _config.CommitWait;
        if (_time.GetElapsedTime(_lastWrite) < limit || !TryEnter())
        {
            return;
        }

        try
        {
            if (_isEnded || _call.Http.RequestAborted.IsCancellationRequested || _time.GetElapsedTime(_lastWrite) < limit)
            {
                return;
            }

            if (IsOpen)
            {
                _keepAlive?.Invoke(Output);
            }
            else
            {
                if (!IsEarly)
                {
                    IsEarly = true;
                    AnswerHeaders.SetEarly(_call);
                }

                _call.Client.WriteWaiting(Output);
            }

            await FlushAsync(_call.Http.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception e) when (UpstreamErrors.IsTransport(e))
        {
            // The client left; its own attempt sees that too.
        }
        finally
        {
            _floor.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _floor.Dispose();

    private bool TryEnter()
    {
        try
        {
            return _floor.Wait(0, CancellationToken.None);
        }
        catch (ObjectDisposedException)
        {
            // The stream ended between the look at the list and here.
            return false;
        }
    }
}
