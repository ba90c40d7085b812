using System.ComponentModel;
using Ccr.ProxyService.Configuration;

namespace Ccr.ProxyService.Routing.Custom;

/// <summary>
/// Asks the script of CUSTOM_ROUTER_PATH, which runs in a Node process of its own. Whatever goes wrong with it, requests are routed without it: a process that ended or
/// does not answer any more is started again after a pause that grows.
/// </summary>
internal sealed partial class CustomRouter(IConfigStore store, TimeProvider time, ILogger<CustomRouter> log) : IHostedService, IDisposable
{
    /// <summary>Questions without an answer in a row after which the process is given up.</summary>
    private const int MostSilent = 3;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private CustomRouterProcess? _process;
    private CustomRouterConfig? _warnedOf;
    private string _fault = "";
    private int _failures;
    private long _failedAt;
    private bool _stopped;

    /// <summary>The process that is running; 0 for none.</summary>
    public int ProcessId => _process is { IsAlive: true } process ? process.Id : 0;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (store.Current.CustomRouter is { } config)
        {
            Running(config);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _stopped = true;
            _process?.Dispose();
            _process = null;
        }
    }

    /// <summary>Asks about a request; never throws but when the request is given up.</summary>
    public async ValueTask<CustomAnswer> AskAsync(RouteContext context, CustomRouterConfig config, long tokens, CancellationToken cancellationToken)
    {
        if (Running(config) is not { } process)
        {
            return new(null, _fault);
        }

        var answer = await process.AskAsync(context, tokens, time, cancellationToken).ConfigureAwait(false);
        if (answer.Fault is not null && process.Silent >= MostSilent)
        {
            GiveUp(process);
        }

        return answer;
    }

    /// <summary>Ends the process where the configuration has no custom router any more.</summary>
    public void Retire()
    {
        if (Volatile.Read(ref _process) is not null)
        {
            lock (_lock)
            {
                _process?.Dispose();
                _process = null;
                _failures = 0;
            }
        }
    }

    private CustomRouterProcess? Running(CustomRouterConfig config)
    {
        lock (_lock)
        {
            if (_process is { } process)
            {
                if (process.IsAlive && process.Config == config)
                {
                    return process;
                }

                var died = !process.IsAlive;
                process.Dispose();
                _process = null;
                if (died)
                {
                    _failures = process.HasAnswered ? 1 : _failures + 1;
                    Fail("its process ended");
                }
                else
                {
                    _failures = 0;
                }
            }

            if (_stopped || (_failures > 0 && time.GetElapsedTime(_failedAt) < Pause()))
            {
                return null;
            }

            try
            {
                return _process = CustomRouterProcess.Start(config, log);
            }
            catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException)
            {
                _failures++;
                Fail($"the program {Shown.Quoted(config.Node)} cannot be started; install Node.js 18 or newer, or name it with customRouter.node");
                if (_warnedOf != config)
                {
                    _warnedOf = config;
                    NoNode(log, config.Path, config.Node, e.Message);
                }

                return null;
            }
        }
    }

    private void GiveUp(CustomRouterProcess process)
    {
        lock (_lock)
        {
            if (_process == process)
            {
                process.Dispose();
                _process = null;
                _failures++;
                Fail($"it did not answer {MostSilent} times in a row and is started again");
            }
        }
    }

    private TimeSpan Pause() => TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, _failures - 1)));

    private void Fail(string fault)
    {
        _fault = fault;
        _failedAt = time.GetTimestamp();
        Failed(log, fault, Pause().TotalSeconds);
    }

    [LoggerMessage(EventId = 1221, Level = LogLevel.Warning, Message = "The custom router {Path} is not asked: {Node} cannot be started ({Fault}). Requests are routed without it; install Node.js 18 or newer, or name the program with customRouter.node")]
    private static partial void NoNode(ILogger log, string path, string node, string fault);

    [LoggerMessage(EventId = 1222, Level = LogLevel.Information, Message = "The custom router failed: {Fault}. Next try in {Seconds} s")]
    private static partial void Failed(ILogger log, string fault, double seconds);
}
