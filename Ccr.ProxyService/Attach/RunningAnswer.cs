using Ccr.ProxyService.Configuration;
using Microsoft.AspNetCore.Http.Features;

namespace Ccr.ProxyService.Attach;

/// <summary>
/// A call that identical requests may attach to. It stands between the call and its first client: the call writes into a log, and is cancelled when no client has been
/// there for the time of the window, instead of when the first one leaves.
/// <code>
/// first client --- leaves -----------------> window runs --- over -> the call is cancelled
/// another one      attaches: log, then live      attaches: the window ends; it runs again when that one leaves
/// </code>
/// </summary>
internal sealed class RunningAnswer : IDisposable
{
    private readonly Lock _lock = new();
    private readonly RunningAnswers _owner;
    private readonly TimeSpan _window;
    private readonly CancellationTokenSource _abort = new();
    private readonly TaskCompletionSource _shared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HttpContext _http;
    private readonly AnswerHead _head;
    private readonly LogReader _first;
    private readonly TeeWriter _writer;
    private readonly IHttpResponseFeature _clientHead;
    private readonly IHttpResponseBodyFeature _clientBody;
    private CancellationTokenRegistration _leaving;
    private ITimer? _timer;
    private int _clients = 1;
    private volatile bool _isFirstGone;
    private bool _isDone;
    private bool _isClosed;

    /// <summary>Takes the place of the first client; <see cref="EndAsync"/> gives it back.</summary>
    public RunningAnswer(RunningAnswers owner, AttachKey key, HttpContext http, string requestId, AttachConfig config)
    {
        _owner = owner;
        _window = config.Window;
        _http = http;
        Key = key;
        RequestId = requestId;
        FirstAborted = http.RequestAborted;
        _clientHead = http.Features.GetRequiredFeature<IHttpResponseFeature>();
        _clientBody = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        Log = new AnswerLog(config.MaxBytes);
        _first = new LogReader(http.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>());
        Log.TryAdd(_first);
        _head = new AnswerHead(_clientHead);
        _writer = new TeeWriter(this, Log, _first, _clientBody.Writer);
    }

    /// <summary>What makes a request identical.</summary>
    public AttachKey Key { get; }

    /// <summary>The call's id.</summary>
    public string RequestId { get; }

    /// <summary>What was written so far.</summary>
    public AnswerLog Log { get; }

    /// <summary>Cancelled when the first client leaves.</summary>
    public CancellationToken FirstAborted { get; }

    /// <summary>True when it has left.</summary>
    public bool IsFirstGone => _isFirstGone;

    /// <summary>True when it left without the whole answer.</summary>
    public bool IsAbandoned => _isFirstGone && _first.Position < Log.Written;

    /// <summary>Completes when a second client comes.</summary>
    public Task Shared => _shared.Task;

    /// <summary>The word for what failed in the end; null when the answer was complete.</summary>
    public string? Failure { get; private set; }

    /// <summary>Puts itself between the call and its client.</summary>
    public void Install()
    {
        _http.RequestAborted = _abort.Token;
        _http.Features.Set<IHttpResponseFeature>(_head);
        _http.Features.Set<IHttpResponseBodyFeature>(new TeeBody(this, _writer, _clientBody));
        _leaving = FirstAborted.UnsafeRegister(static s => ((RunningAnswer)s!).FirstLeft(), this);
    }

    /// <summary>The status line and headers are what they are; told to the first client if it is there.</summary>
    public void Begin()
    {
        if (_head.HasStarted)
        {
            return;
        }

        _head.Begin();
        if (!_isFirstGone && !_clientHead.HasStarted)
        {
            _head.CopyTo(_clientHead);
        }

        Log.Begin(_head);
    }

    /// <summary>Attaches a client; null when it is too late for that.</summary>
    public LogReader? TryAttach(HttpContext http)
    {
        var reader = new LogReader(http.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>());
        lock (_lock)
        {
            if (_isClosed || !Log.TryAdd(reader))
            {
                return null;
            }

            _clients++;
            StopTimer();
        }

        _shared.TrySetResult();
        return reader;
    }

    /// <summary>An attached client is done or gone.</summary>
    public void Leave(LogReader reader)
    {
        Log.Remove(reader);
        CountDown();
    }

    /// <summary>The host stops: nobody will come any more.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            if (_clients > 0)
            {
                return;
            }

            _isClosed = true;
        }

        GiveUp();
    }

    /// <summary>The call is over. Its client's place is given back, and the client has got what it takes.</summary>
    /// <param name="failure">The word for what failed; null when the answer was complete.</param>
    /// <param name="isCancelled">True when it was given up because its clients were gone.</param>
    public async Task EndAsync(string? failure, bool isCancelled)
    {
        Failure = failure;
        if (!isCancelled)
        {
            Begin();
        }

        var rest = _writer.EndAsync();
        Log.Complete(isCancelled);
        await rest.ConfigureAwait(false);
        await _leaving.DisposeAsync().ConfigureAwait(false);
        _http.Features.Set(_clientHead);
        _http.Features.Set(_clientBody);
        _http.RequestAborted = FirstAborted;
        bool isAwaited;
        lock (_lock)
        {
            // A whole answer that nobody took stays for as long as somebody may still come for it.
            _isDone = true;
            isAwaited = _clients == 0 && failure is null && !isCancelled && _timer is not null;
            _isClosed |= !isAwaited;
        }

        if (!isAwaited)
        {
            Close();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        _abort.Dispose();
    }

    private void FirstLeft()
    {
        _isFirstGone = true;
        Log.Remove(_first);
        CountDown();
    }

    private void CountDown()
    {
        lock (_lock)
        {
            if (--_clients > 0)
            {
                return;
            }

            if (!_isClosed && !_owner.IsStopping && _window > TimeSpan.Zero && Log.IsWhole)
            {
                _timer ??= _owner.Time.CreateTimer(static s => ((RunningAnswer)s!).WindowOver(), this, _window, Timeout.InfiniteTimeSpan);
                return;
            }

            _isClosed = true;
        }

        GiveUp();
    }

    private void WindowOver()
    {
        lock (_lock)
        {
            if (_clients > 0 || _timer is null)
            {
                // Somebody came while it fired.
                return;
            }

            _isClosed = true;
        }

        GiveUp();
    }

    private void GiveUp()
    {
        bool isDone;
        lock (_lock)
        {
            isDone = _isDone;
        }

        Close();
        if (!isDone)
        {
            _abort.Cancel();
        }
    }

    private void Close()
    {
        bool isDone;
        lock (_lock)
        {
            _isClosed = true;
            isDone = _isDone;
            StopTimer();
        }

        _owner.Remove(this);
        if (isDone)
        {
            Log.Release();
        }
    }

    private void StopTimer()
    {
        _timer?.Dispose();
        _timer = null;
    }
}
