using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Ccr.ProxyService.Telemetry;
using Ccr.ProxyService.Usage;
using Ccr.Tests.Usage;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Telemetry;

public sealed class MeterTests
{
    [Fact]
    public async Task The_meter_tells_what_the_page_tells()
    {
        await using var host = await UsageHost.StartAsync();
        var meters = host.Services.GetRequiredService<IMeterFactory>();
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            // Other tests have meters of the same name.
            if (ReferenceEquals(instrument.Meter.Scope, meters) && instrument.Meter.Name == GenAiInstruments.MeterName)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => seen[Series(instrument, tags)] = value);
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen[Series(instrument, tags)] = value);
        listener.Start();

        host.Recorder.Record(Samples.Rescued() with
        {
            Attempts =
            [
                new("a", "m", 500, "server", TimeSpan.FromMilliseconds(10)) { GenAi = new("chat", "anthropic", "m") },
                new("b", "m2", 200, null, TimeSpan.FromMilliseconds(1988)) { Tokens = new(100, 60, 30, 41, 8), GenAi = new("chat", "openai", "m2"), Cost = 0.5m },
            ],
            Tokens = new(100, 60, 30, 41, 8),
        });
        listener.RecordObservableInstruments();

        Assert.Equal(100, seen["gen_ai.client.token.usage operation=chat provider=openai request=m2 response=m2 token.type=input"]);
        Assert.Equal(41, seen["gen_ai.client.token.usage operation=chat provider=openai request=m2 response=m2 token.type=output"]);
        Assert.Equal(0.01, seen["gen_ai.client.operation.duration operation=chat provider=anthropic request=m error.type=server"]);
        Assert.Equal(1.988, seen["gen_ai.client.operation.duration operation=chat provider=openai request=m2 response=m2"]);
        Assert.Equal(2, seen["gen_ai.server.request.duration operation=chat provider=openai request=m response=m2"]);
        Assert.Equal(0.4, seen["gen_ai.server.time_to_first_token operation=chat provider=openai request=m response=m2"]);
        Assert.Equal(0.04, seen["gen_ai.server.time_per_output_token operation=chat provider=openai request=m response=m2"], 9);
        Assert.Equal(0.002, seen["ccr.proxy_overhead"], 9);
        Assert.Equal(1, seen["ccr.requests tier=b,m2"]);
        Assert.Equal(0.5, seen["ccr.cost_usd tier=b,m2"]);
        Assert.Equal(1, seen["ccr.failures tier=a,m reason=server"]);
        Assert.Equal(2, seen["ccr.breaker_state tier=a,m"]);
        Assert.Equal(0.4, seen["ccr.tier_ewma_latency_seconds tier=b,m2"]);

        // Every counter and gauge of ours has its instrument, and no two have the same name.
        var names = Metrics.All.Where(m => m.Type != "histogram" && m.Name.StartsWith("ccr_", StringComparison.Ordinal)).Select(m => "ccr." + m.OpenName[4..]).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
    }

    private static string Series(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var name = instrument.Name;
        foreach (var (key, value) in tags)
        {
            name += $" {key.Replace("gen_ai.", "", StringComparison.Ordinal).Replace(".name", "", StringComparison.Ordinal).Replace(".model", "", StringComparison.Ordinal)}={value}";
        }

        return name;
    }
}
