using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing.Custom;

/// <summary>One running Node process with the user's script. It ends when its stdin does, so it never outlives this process.</summary>
internal sealed partial class CustomRouterProcess : IDisposable
{
    private const int MostWaiting = 256;
    private const int LongestLogLine = 2000;

    private static readonly string Script = ReadScript();

    private readonly Process _process;
    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly ConcurrentDictionary<long, TaskCompletionSource<CustomAnswer>> _waiting = new();
    private readonly ILogger _log;
    private long _lastId;
    private int _silent;
    private volatile bool _ended;

    private CustomRouterProcess(Process process, CustomRouterConfig config, ILogger log)
    {
        _process = process;
        _log = log;
        Config = config;
        _lines.Writer.TryWrite(CustomRouterQuestion.Hello(config));
        _ = Task.Run(WriteAsync);
        _ = Task.Run(ReadAsync);
        _ = Task.Run(LogAsync);
    }

    /// <summary>What it was started with.</summary>
    public CustomRouterConfig Config { get; }

    /// <summary>False once it has ended.</summary>
    public bool IsAlive => !_ended;

    /// <summary>True once it has answered anything.</summary>
    public bool HasAnswered { get; private set; }

    /// <summary>How many questions in a row ran out of time with no answer to any.</summary>
    public int Silent => Volatile.Read(ref _silent);

    /// <summary>The id of its process.</summary>
    public int Id { get; private init; }

    /// <summary>Starts it.</summary>
    /// <exception cref="Win32Exception">There is no such program, or it cannot be run.</exception>
    public static CustomRouterProcess Start(CustomRouterConfig config, ILogger log)
    {
        var start = new ProcessStartInfo(config.Node)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        start.ArgumentList.Add("-e");
        start.ArgumentList.Add(Script);
        var process = Process.Start(start) ?? throw new Win32Exception("the program did not start");
        return new(process, config, log) { Id = process.Id };
    }

    /// <summary>Asks about a request.</summary>
    public async ValueTask<CustomAnswer> AskAsync(RouteContext context, long tokens, TimeProvider time, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _lastId);
        var answer = new TaskCompletionSource<CustomAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        try
        {
            if (_ended || !_lines.Writer.TryWrite(CustomRouterQuestion.Of(id, context, Config, tokens)))
            {
                return new(null, _ended ? "its process ended" : "it is too busy");
            }

            return await answer.Task.WaitAsync(Config.Timeout, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            Interlocked.Increment(ref _silent);
            return new(null, $"it did not answer within {Config.Timeout.TotalMilliseconds} ms (customRouter.timeoutMs)");
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    /// <summary>Ends it and everything it started.</summary>
    public void Dispose()
    {
        End();
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended already.
        }
    }

    private static string ReadScript()
    {
        using var stream = typeof(CustomRouterProcess).Assembly.GetManifestResourceStream("custom-router.cjs")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private void End()
    {
        _ended = true;
        _lines.Writer.TryComplete();
        foreach (var waiting in _waiting.Values)
        {
            waiting.TrySetResult(new(null, "its process ended"));
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            var input = _process.StandardInput.BaseStream;
            await foreach (var line in _lines.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                await input.WriteAsync(line).ConfigureAwait(false);
                await input.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            End();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                Read(line);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The same as its end.
        }

        End();
        _process.Dispose();
    }

    private void Read(string line)
    {
        try
        {
            using var answer = JsonDocument.Parse(line);
            var root = answer.RootElement;
            Volatile.Write(ref _silent, 0);
            HasAnswered = true;
            if (_waiting.TryRemove(root.GetProperty("id").GetInt64(), out var waiting))
            {
                waiting.TrySetResult(new(
                    root.TryGetProperty("route", out var route) ? route.GetString() : null,
                    root.TryGetProperty("error", out var error) ? $"it failed: {Shown.Plain(error.GetString() ?? "", 300)}" : null));
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            Said(_log, Shown.Plain(line, LongestLogLine));
        }
    }

    private async Task LogAsync()
    {
        try
        {
            while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                Said(_log, Shown.Plain(line, LongestLogLine));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Its end.
        }
    }

    [LoggerMessage(EventId = 1220, Level = LogLevel.Debug, Message = "Custom router: {Line}")]
    private static partial void Said(ILogger log, string line);
}
