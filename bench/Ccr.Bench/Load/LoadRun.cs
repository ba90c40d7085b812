using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Ccr.Bench.Load;

/// <summary>Sends a load: each connection has one request in flight, and reads it as fast as it comes.</summary>
internal sealed class LoadRun
{
    private readonly LoadOptions _options;
    private readonly List<double> _firstByte = [];
    private readonly List<double> _total = [];
    private readonly List<double> _lag = [];
    private int _next;
    private int _ok;
    private int _sent;
    private int _otherStatus;
    private int _truncated;
    private int _failed;
    private string? _firstProblem;

    private LoadRun(LoadOptions options) => _options = options;

    /// <summary>Warms up, then measures.</summary>
    public static async Task<LoadReport> MeasureAsync(string target, LoadOptions options, int? pid, CancellationToken cancel)
    {
        using var handler = new SocketsHttpHandler
        {
            MaxConnectionsPerServer = options.Connections,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(10),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(10),
        };
        using var http = new HttpMessageInvoker(handler);
        if (options.Warmup > 0)
        {
            await new LoadRun(options with { Requests = options.Warmup }).SendAllAsync(http, cancel);
        }

        var run = new LoadRun(options);
        var watch = pid is { } id ? new ProcessWatch(id) : null;
        await using var _ = watch;
        using var own = Process.GetCurrentProcess();
        var cpu = own.TotalProcessorTime;
        var start = Stopwatch.GetTimestamp();
        await run.SendAllAsync(http, cancel);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        own.Refresh();
        return run.Report(target, seconds, (own.TotalProcessorTime - cpu).TotalSeconds) with { Process = watch?.Read() };
    }

    private LoadReport Report(string target, double seconds, double ownCpu) => new()
    {
        Target = target,
        Requests = _options.Requests,
        Ok = _ok,
        OtherStatus = _otherStatus,
        Truncated = _truncated,
        Failed = _failed,
        Seconds = seconds,
        RequestsPerSecond = _ok / seconds,
        Events = _lag.Count,
        TimeToFirstByte = Quantiles.Of(_firstByte) ?? new Quantiles(0, 0, 0, 0),
        Total = Quantiles.Of(_total) ?? new Quantiles(0, 0, 0, 0),
        EventLag = Quantiles.Of(_lag),
        FirstProblem = _firstProblem,
        OwnCpuSeconds = ownCpu,
    };

    private Task SendAllAsync(HttpMessageInvoker http, CancellationToken cancel) =>
        Task.WhenAll(Enumerable.Range(0, Math.Min(_options.Connections, _options.Requests)).Select(_ => Task.Run(() => ConnectionAsync(http, cancel), cancel)));

    private async Task ConnectionAsync(HttpMessageInvoker http, CancellationToken cancel)
    {
        var buffer = new byte[16384];
        var scanner = new StreamScanner();
        var (firstByte, total, lag) = (new List<double>(), new List<double>(), new List<double>());
        while (Interlocked.Increment(ref _next) <= _options.Requests)
        {
            using var idle = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            try
            {
                await SendOneAsync(http, buffer, scanner, firstByte, total, lag, idle);
            }
            catch (Exception wrong) when (wrong is HttpRequestException or IOException || (wrong is OperationCanceledException && !cancel.IsCancellationRequested))
            {
                Interlocked.Increment(ref _failed);
                Note(wrong is OperationCanceledException ? $"no byte for {_options.Idle.TotalSeconds:0} s" : wrong.GetBaseException().Message);
            }
        }

        lock (_total)
        {
            _firstByte.AddRange(firstByte);
            _total.AddRange(total);
            _lag.AddRange(lag);
        }
    }

    private async Task SendOneAsync(HttpMessageInvoker http, byte[] buffer, StreamScanner scanner, List<double> firstByte, List<double> total, List<double> lag, CancellationTokenSource idle)
    {
        using var request = CreateRequest();
        var start = Stopwatch.GetTimestamp();
        idle.CancelAfter(_options.Idle);
        using var response = await http.SendAsync(request, idle.Token);
        await using var body = await response.Content.ReadAsStreamAsync(idle.Token);
        scanner.Reset();
        var read = await body.ReadAsync(buffer, idle.Token);
        firstByte.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        var begin = System.Text.Encoding.UTF8.GetString(buffer, 0, response.IsSuccessStatusCode ? 0 : Math.Min(read, 300));
        while (read > 0)
        {
            scanner.Feed(buffer.AsSpan(0, read), Nanoseconds(), lag);
            idle.CancelAfter(_options.Idle);
            read = await body.ReadAsync(buffer, idle.Token);
        }

        total.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            Interlocked.Increment(ref _otherStatus);
            Note($"status {(int)response.StatusCode}: {begin}");
        }
        else if (response.Content.Headers.ContentType?.MediaType == "text/event-stream" && !scanner.Terminated)
        {
            Interlocked.Increment(ref _truncated);
            Note("a stream ended without its protocol's last event");
        }
        else
        {
            Interlocked.Increment(ref _ok);
        }
    }

    private HttpRequestMessage CreateRequest()
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_options.Url, _options.Path)) { Content = new ReadOnlyMemoryContent(_options.Body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        request.Headers.TryAddWithoutValidation("x-api-key", _options.Key);
        request.Headers.TryAddWithoutValidation("authorization", $"Bearer {_options.Key}");
        request.Headers.TryAddWithoutValidation("anthropic-version", "2023-06-01");

        // Proxies may give identical requests one answer; these are to be requests of their own.
        request.Headers.TryAddWithoutValidation("x-load-request", Interlocked.Increment(ref _sent).ToString(CultureInfo.InvariantCulture));
        return request;
    }

    private void Note(string problem) => Interlocked.CompareExchange(ref _firstProblem, problem, null);

    // Stopwatch is CLOCK_MONOTONIC on Linux, the clock of the stamps.
    private static long Nanoseconds() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
}
