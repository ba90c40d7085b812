using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Ccr.Bench.Load;
using Ccr.Bench.Processes;

namespace Ccr.Bench.Chaos;

/// <summary><c>chaos</c>: many agents work while providers fail at random and the stores behind the proxy are killed.</summary>
internal static class ChaosCommand
{
    private static readonly TimeSpan LastJobs = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    public static Command Create()
    {
        var minutes = new Option<double>("--minutes") { Description = "How long", DefaultValueFactory = _ => 10 };
        var agents = new Option<int>("--agents") { Description = "Agents at once", DefaultValueFactory = _ => 200 };
        var seed = new Option<int>("--seed") { Description = "Dice of the monkey and the agents", DefaultValueFactory = _ => 1 };
        var think = new Option<int>("--think") { Description = "Longest pause of an agent between two requests, ms", DefaultValueFactory = _ => 1000 };
        minutes.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<double>() is not (> 0 and <= 1440))
            {
                r.AddError("--minutes wants a number above 0, 1440 at most.");
            }
        });
        agents.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is not (> 0 and <= 5000))
            {
                r.AddError("--agents wants a number from 1 to 5000.");
            }
        });
        var command = new Command("chaos", "Agents at work while providers fail at random and Redis and the tokenizer are killed") { minutes, agents, seed, think };
        command.SetAction(async (args, cancel) =>
        {
            try
            {
                var options = new ChaosOptions(TimeSpan.FromMinutes(args.GetValue(minutes)), args.GetValue(agents), args.GetValue(seed), TimeSpan.FromMilliseconds(args.GetValue(think)));
                Console.WriteLine($"seed {options.Seed}");
                var report = await RunAsync(options, cancel);
                report.Write(Console.Out);
                return report.IsGood ? 0 : 1;
            }
            catch (Exception wrong) when (wrong is IOException or InvalidOperationException or HttpRequestException)
            {
                await Console.Error.WriteLineAsync($"chaos: {wrong.Message}");
                return 2;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("chaos: stopped");
                return 130;
            }
        });
        return command;
    }

    private static async Task<ChaosReport> RunAsync(ChaosOptions options, CancellationToken cancel)
    {
        var folder = Directory.CreateTempSubdirectory("ccr-chaos-");
        try
        {
            await using var stores = new ChaosStores(folder.CreateSubdirectory("redis"));
            await stores.StartAsync(cancel);
            var (simulator, upstream) = await ChildServices.SimulatorAsync(200, options.Seed, cancel);
            await using var ownSimulator = simulator;
            var (proxy, origin) = await ChildServices.ProxyAsync(folder, "proxy", ChaosConfig.Write(upstream), stores.Variables, cancel);
            await using var ownProxy = proxy;
            return await RunAsync(options, stores, upstream, proxy, origin, cancel);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<ChaosReport> RunAsync(ChaosOptions options, ChaosStores stores, Uri upstream, ChildProgram proxy, Uri origin, CancellationToken cancel)
    {
        var tally = new ChaosTally();
        var memory = new List<(TimeSpan, double)>();
        var clock = Stopwatch.StartNew();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var last = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        over.CancelAfter(options.Length);
        last.CancelAfter(options.Length + LastJobs);
        using var monkey = new ChaosMonkey(upstream, stores, options);
        var playing = monkey.RunAsync(over.Token);
        var watching = WatchAsync(proxy.Id, options.Length, clock, memory, over.Token);
        var agents = Enumerable.Range(1, options.Agents).Select(n => new ChaosAgent(n, origin, options, tally)).ToList();
        try
        {
            await Task.WhenAll(agents.Select(a => Task.Run(() => a.RunAsync(over.Token, last.Token), cancel)));
        }
        finally
        {
            agents.ForEach(a => a.Dispose());
        }

        await playing;
        await watching;
        memory.Add((clock.Elapsed, ProcessWatch.RssMb(proxy.Id)));
        var upstreamTries = await monkey.RequestsAsync();
        var (requests, tries, source) = await SettleAsync(origin, tally.Requests, upstreamTries, cancel);
        return new ChaosReport
        {
            Options = options,
            Tally = tally,
            ProxyRequests = requests,
            ProxyTries = tries,
            Source = source,
            SimulatorTries = upstreamTries,
            Changes = monkey.Changes,
            Kills = (stores.RedisKills, stores.TokenizerKills),
            Dead = monkey.Dead,
            Memory = memory,
        };
    }

    // Once a minute, and in a short run ten times.
    private static async Task WatchAsync(int pid, TimeSpan length, Stopwatch clock, List<(TimeSpan, double)> memory, CancellationToken over)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(Math.Min(1, length.TotalMinutes / 10)));
        try
        {
            do
            {
                memory.Add((clock.Elapsed, ProcessWatch.RssMb(pid)));
            }
            while (await timer.WaitForNextTickAsync(over));
        }
        catch (OperationCanceledException)
        {
            // The run is over.
        }
    }

    // Counts are written behind: they are asked for until they are right, or have had time enough to be.
    private static async Task<(long Requests, long Tries, string Source)> SettleAsync(Uri proxy, long expectedRequests, long expectedTries, CancellationToken cancel)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        var clock = Stopwatch.StartNew();
        while (true)
        {
            using var document = JsonDocument.Parse(await http.GetStringAsync(new Uri(proxy, "/v1/usage"), cancel));
            var usage = document.RootElement;
            var requests = usage.GetProperty("total_requests").GetInt64();
            var tries = usage.GetProperty("tiers").EnumerateArray().Sum(t => t.GetProperty("requests").GetInt64() + t.GetProperty("failures").GetInt64());
            if ((requests == expectedRequests && tries == expectedTries) || clock.Elapsed > Settling)
            {
                return (requests, tries, usage.GetProperty("source").GetString()!);
            }

            await Task.Delay(250, cancel);
        }
    }
}
