using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;

namespace Ccr.Bench.Chaos;

/// <summary>Makes tiers fail and recover, and kills the stores behind the proxy, by dice of a known seed.</summary>
internal sealed class ChaosMonkey(Uri simulator, ChaosStores stores, ChaosOptions options) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = simulator, Timeout = TimeSpan.FromSeconds(20) };
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Dictionary<ChaosTier, (TimeSpan Since, long Requests)> _dead = [];

    // Reproducible dice are the point; nothing secret hangs on them.
#pragma warning disable CA5394
    private readonly Random _dice = new(options.Seed);

    private int Roll(int sides) => _dice.Next(sides);
#pragma warning restore CA5394

    /// <summary>How often a tier's behaviour changed.</summary>
    public int Changes { get; private set; }

    /// <summary>The phases in which a tier was dead.</summary>
    public List<DeadPhase> Dead { get; } = [];

    /// <summary>Plays until the run is over, then heals everything.</summary>
    public async Task RunAsync(CancellationToken over)
    {
        var kill = TimeSpan.FromSeconds(3);
        try
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300 + Roll(1700)), over);
                await ChangeAsync(ChaosTier.All[Roll(ChaosTier.All.Count)]);
                if (_clock.Elapsed > kill)
                {
                    await stores.KillAndRestartAsync(redis: Roll(2) == 0, TimeSpan.FromMilliseconds(200 + Roll(2000)), CancellationToken.None);
                    kill = _clock.Elapsed + TimeSpan.FromSeconds(4 + Roll(20));
                }
            }
        }
        catch (OperationCanceledException)
        {
            foreach (var tier in ChaosTier.All)
            {
                await SetAsync(tier, "", 1);
            }
        }
    }

    /// <summary>Requests that the simulator got for all tiers.</summary>
    public async Task<long> RequestsAsync()
    {
        long sum = 0;
        foreach (var tier in ChaosTier.All)
        {
            sum += await RequestsAsync(tier);
        }

        return sum;
    }

    public void Dispose() => _http.Dispose();

    private Task ChangeAsync(ChaosTier tier)
    {
        Changes++;
        var probability = Roll(3) == 0 ? 0.3 : 1;
        return Roll(10) switch
        {
            0 or 1 => SetAsync(tier, "reset", 1),
            2 => SetAsync(tier, "status=503", probability),
            3 => SetAsync(tier, "stall=4", 0.3),
            4 => SetAsync(tier, "status=429;retry-after=2", probability),
            5 => SetAsync(tier, string.Create(CultureInfo.InvariantCulture, $"cut={2 + Roll(5)}"), probability),
            6 => SetAsync(tier, "first=1000;gap=20", 1),
            _ => SetAsync(tier, "", 1),
        };
    }

    private async Task SetAsync(ChaosTier tier, string script, double probability)
    {
        using var answer = await _http.PutAsJsonAsync($"/sim/behaviour/{tier.Name}", new { script, probability });
        answer.EnsureSuccessStatusCode();
        if (_dead.Remove(tier, out var was))
        {
            Dead.Add(new DeadPhase(tier, was.Since, _clock.Elapsed - was.Since, await RequestsAsync(tier) - was.Requests));
        }

        if (script == "reset")
        {
            _dead[tier] = (_clock.Elapsed, await RequestsAsync(tier));
        }
    }

    private async Task<long> RequestsAsync(ChaosTier tier)
    {
        var counts = await _http.GetFromJsonAsync<Dictionary<string, Dictionary<string, long>>>("/sim/counts");
        return counts!.TryGetValue(tier.Model, out var own) ? own["requests"] : 0;
    }
}
