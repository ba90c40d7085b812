using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccr.Bench.Chaos;
using Ccr.Bench.Load;
using Ccr.Bench.Processes;

namespace Ccr.Bench.Counting;

/// <summary>
/// Two replicas over one Redis and one simulated provider.
/// <code>
/// first half    both replicas under load; Redis is killed in the middle of it and comes back
/// second half   Redis is killed again; the second replica ends its part meanwhile, waits for two flushes and is killed with SIGKILL; Redis comes back, then the replica
/// </code>
/// </summary>
internal sealed class CountStage : IAsyncDisposable
{
    private const string Model = "sim-text";
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan TwoFlushes = TimeSpan.FromSeconds(3);

    private readonly DirectoryInfo _folder;
    private readonly ChaosStores _stores;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(20) };
    private ChildProgram? _simulator;
    private Uri? _upstream;
    private (ChildProgram Program, Uri Origin) _first;
    private (ChildProgram Program, Uri Origin) _second;

    private CountStage(DirectoryInfo folder)
    {
        _folder = folder;
        _stores = new ChaosStores(folder.CreateSubdirectory("redis"));
    }

    /// <summary>Starts everything.</summary>
    public static async Task<CountStage> StartAsync(DirectoryInfo folder, CancellationToken cancel)
    {
        var stage = new CountStage(folder);
        await stage._stores.StartAsync(cancel);
        (stage._simulator, stage._upstream) = await ChildServices.SimulatorAsync(10, 1, cancel);
        stage._first = await stage.ReplicaAsync("first", cancel);
        stage._second = await stage.ReplicaAsync("second", cancel);
        return stage;
    }

    /// <summary>Plays it and compares.</summary>
    public async Task<CountReport> PlayAsync(int requests, int connections, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        var part = requests / 4;
        var half = Task.WhenAll(LoadAsync(_first.Origin, part, connections, cancel), LoadAsync(_second.Origin, part, connections, cancel));
        await WhenSimulatedAsync(part, half, cancel);
        await _stores.KillAndRestartAsync(redis: true, TimeSpan.FromSeconds(2), cancel);
        var loads = (await half).ToList();

        var rest = requests - (3 * part);
        var firstRest = LoadAsync(_first.Origin, rest, connections, cancel);
        var secondRest = LoadAsync(_second.Origin, part, connections, cancel);
        await WhenSimulatedAsync((2 * part) + (part / 2), Task.WhenAll(firstRest, secondRest), cancel);
        var back = new TaskCompletionSource();
        var outage = _stores.KillAndRestartAsync(redis: true, back.Task, cancel);
        loads.Add(await secondRest);
        await Task.Delay(TwoFlushes, cancel);
        await _second.Program.KillAsync();
        loads.Add(await firstRest);
        var seconds = clock.Elapsed.TotalSeconds;
        back.SetResult();
        await outage;
        await _second.Program.DisposeAsync();
        _second = await ReplicaAsync("second", cancel);

        var upstream = (await _http.GetFromJsonAsync<Dictionary<string, Dictionary<string, long>>>(new Uri(_upstream!, "/sim/counts"), cancel))![Model]["requests"];
        return new()
        {
            Requests = requests,
            Served = loads.Sum(l => l.Ok),
            Seconds = seconds,
            FirstProblem = loads.Select(l => l.FirstProblem).FirstOrDefault(p => p is not null),
            Simulated = upstream,
            RedisKills = _stores.RedisKills,
            Rows = await SettleAsync(upstream, cancel),
        };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        foreach (var program in (ChildProgram?[])[_first.Program, _second.Program, _simulator])
        {
            if (program is not null)
            {
                await program.DisposeAsync();
            }
        }

        await _stores.DisposeAsync();
    }

    private Task<(ChildProgram Program, Uri Address)> ReplicaAsync(string name, CancellationToken cancel) => ChildServices.ProxyAsync(_folder, name, new JsonObject
    {
        ["LOG"] = false,
        ["Providers"] = new JsonArray(new JsonObject
        {
            ["name"] = "sim",
            ["api_base_url"] = new Uri(_upstream!, "/v1/chat/completions").ToString(),
            ["api_key"] = "bench",
            ["models"] = new JsonArray(Model),
            ["pricing"] = new JsonObject { ["input_per_million_tokens"] = 3, ["output_per_million_tokens"] = 15 },
        }),
        ["Router"] = new JsonObject { ["default"] = $"sim,{Model}" },
    }.ToJsonString(), _stores.Variables, cancel);

    private static Task<LoadReport> LoadAsync(Uri origin, int requests, int connections, CancellationToken cancel) => LoadRun.MeasureAsync(
        "count", new(origin, "/v1/messages", LoadBody.Generate(2, "claude-sonnet-4-5", chat: false), connections, requests, 0, "bench", TimeSpan.FromSeconds(60)), null, cancel);

    private async Task WhenSimulatedAsync(int requests, Task load, CancellationToken cancel)
    {
        while (!load.IsCompleted)
        {
            var counts = await _http.GetFromJsonAsync<Dictionary<string, Dictionary<string, long>>>(new Uri(_upstream!, "/sim/counts"), cancel);
            if (counts!.TryGetValue(Model, out var own) && own["requests"] >= requests)
            {
                return;
            }

            await Task.Delay(50, cancel);
        }
    }

    /// <summary>What Redis says, by every way of counting; asked again until it is right or has had time enough to be.</summary>
    private async Task<List<CountRow>> SettleAsync(long expected, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            List<CountRow> rows = [];
            foreach (var group in (string[])["total", "tier", "provider", "model", "application", "scenario"])
            {
                rows.Add(await RowAsync(group, "", cancel));
            }

            foreach (var interval in (string[])["minute", "hour", "day"])
            {
                rows.Add(await RowAsync("total", interval, cancel));
            }

            if (rows.TrueForAll(r => r.Requests == expected && r.Source == "redis") || clock.Elapsed > Settling)
            {
                return rows;
            }

            await Task.Delay(500, cancel);
        }
    }

    private async Task<CountRow> RowAsync(string group, string interval, CancellationToken cancel)
    {
        var query = interval.Length == 0 ? $"/api/usage?group_by={group}" : $"/api/usage?group_by={group}&interval={interval}&from={DateTimeOffset.UtcNow.AddHours(-20).ToUnixTimeSeconds()}";
        using var document = JsonDocument.Parse(await _http.GetStringAsync(new Uri(_first.Origin, query), cancel));
        var root = document.RootElement;
        var rows = root.GetProperty(interval.Length == 0 ? "rows" : "buckets").EnumerateArray().ToList();
        return new(
            interval.Length == 0 ? group : $"{group} by {interval}",
            rows.Sum(r => r.GetProperty("requests").GetInt64()),
            rows.Sum(r => r.GetProperty("input_tokens").GetInt64() + r.GetProperty("output_tokens").GetInt64()),
            rows.Sum(r => r.GetProperty("cost_usd") is { ValueKind: JsonValueKind.Number } cost ? cost.GetDecimal() : 0),
            root.GetProperty("source").GetString()!);
    }
}
