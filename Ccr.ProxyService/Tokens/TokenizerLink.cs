using System.Net;
using Grpc.Net.Client;

namespace Ccr.ProxyService.Tokens;

/// <summary>
/// The connection to the tokenizer service: one channel for all calls, and whether it is worth calling. A call that fails makes it
/// unreachable; then nobody calls until a probe in the background, after a pause that grows from one to ten seconds, finds the service
/// again. The pause shrinks only when a count has worked, so a service that lives but is too slow is left alone longer and longer too.
/// </summary>
internal sealed partial class TokenizerLink : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(1);

    /// <summary>How often a connected service is looked at, so that the status page is true while nobody counts.</summary>
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(10);

    private readonly Uri _address;
    private readonly TimeProvider _time;
    private readonly ILogger<TokenizerLink> _logger;
    private readonly HttpMessageInvoker _prober;
    private readonly GrpcChannel _channel;
    private readonly Lock _lock = new();
    private TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _pause = FirstPause;
    private Phase _phase;

    public TokenizerLink(Uri address, TimeProvider time, ILogger<TokenizerLink> logger)
    {
        _address = address;
        Key = ConversationKey.Hash(System.Text.Encoding.UTF8.GetBytes(address.AbsoluteUri));
        _time = time;
        _logger = logger;
        var handler = new SocketsHttpHandler
        {
            // Kestrel allows 100 calls at once on a connection; more calls get a second one instead of a queue.
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = ProbeLimit,
            KeepAlivePingDelay = TimeSpan.FromSeconds(15),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
        };
        _prober = new HttpMessageInvoker(handler, disposeHandler: false);
        _channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        Client = new Tokenizer.V1.Tokenizer.TokenizerClient(_channel);
    }

    private enum Phase
    {
        Untried,
        Connected,
        Unreachable,
    }

    /// <summary>Calls the service.</summary>
    public Tokenizer.V1.Tokenizer.TokenizerClient Client { get; }

    /// <summary>A number of the address, the same in every replica of the proxy.</summary>
    public ulong Key { get; }

    /// <summary>Whether a call is worth its time. True before the first attempt.</summary>
    public bool IsUsable => _phase != Phase.Unreachable;

    /// <summary>"connected" or "unreachable".</summary>
    public string State => _phase == Phase.Connected ? "connected" : "unreachable";

    /// <summary>A count was answered.</summary>
    public void Worked()
    {
        lock (_lock)
        {
            _pause = FirstPause;
            Enter(Phase.Connected, "");
        }
    }

    /// <summary>A count was not answered.</summary>
    public void Failed(string reason)
    {
        lock (_lock)
        {
            Enter(Phase.Unreachable, reason);
            _lost.TrySetResult();
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _prober.Dispose();
        _channel.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                if (await ProbeAsync(stoppingToken).ConfigureAwait(false) is { } reason)
                {
                    lock (_lock)
                    {
                        Enter(Phase.Unreachable, reason);
                    }
                }
                else if (!await IsLostAsync(stoppingToken).ConfigureAwait(false))
                {
                    continue;
                }

                await Task.Delay(NextPause(), _time, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>Waits until a count fails or it is time to look again.</summary>
    private async Task<bool> IsLostAsync(CancellationToken cancellationToken)
    {
        Task lost;
        lock (_lock)
        {
            _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
            lost = _lost.Task;
            Enter(Phase.Connected, "");
        }

        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(lost, Task.Delay(ProbeInterval, _time, waiting.Token)).ConfigureAwait(false);
        await waiting.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        return lost.IsCompleted;
    }

    /// <summary>Null when something that speaks HTTP/2 answers, else what is wrong. The path is the service's sign of life, which it does not count.</summary>
    private async Task<string?> ProbeAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(ProbeLimit, _time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_address, "/alive"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        try
        {
            using var response = await _prober.SendAsync(request, stop.Token).ConfigureAwait(false);
            return response.StatusCode < HttpStatusCode.InternalServerError ? null : $"HTTP {(int)response.StatusCode}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "no answer in time";
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
    }

    private TimeSpan NextPause()
    {
        lock (_lock)
        {
            var pause = _pause;
            _pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            return pause;
        }
    }

    private void Enter(Phase phase, string reason)
    {
        if (_phase == phase)
        {
            return;
        }

        _phase = phase;
        if (phase == Phase.Connected)
        {
            LogConnected(_address);
        }
        else
        {
            LogUnreachable(_address, reason);
        }
    }

    [LoggerMessage(EventId = 6001, Level = LogLevel.Information, Message = "The tokenizer service at {Address} answers; it counts the tokens.")]
    private partial void LogConnected(Uri address);

    [LoggerMessage(EventId = 6002, Level = LogLevel.Warning, Message = "The tokenizer service at {Address} does not answer ({Reason}); until it does, token counts for routing are estimates (a quarter of the bytes).")]
    private partial void LogUnreachable(Uri address, string reason);
}
