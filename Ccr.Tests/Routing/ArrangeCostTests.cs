using System.Diagnostics;
using System.Globalization;
using Ccr.ProxyService.Routing;
using Ccr.ProxyService.Routing.Affinity;
using Xunit.Abstractions;

namespace Ccr.Tests.Routing;

/// <summary>What order and affinity cost a request. Bytes are checked; times depend on the machine and are only shown.</summary>
public sealed class ArrangeCostTests(ITestOutputHelper output)
{
    private readonly OrderBed _bed = new();

    [Fact]
    public void Without_a_session_only_the_steps_are_made()
    {
        Measure();
        var (call, decision) = (_bed.Call(), Decision());
        Check("order by latency", 500, () => _bed.Order.Arrange(decision, call));
    }

    [Fact]
    public void With_a_session_header_it_is_a_digest_the_steps_and_the_list()
    {
        Measure();
        _bed.Ask("0c1d8f6e-3b0a-4a44-9a9b-0d1f2e3c4b5a", by: "c");
        var (call, decision) = (_bed.Call("0c1d8f6e-3b0a-4a44-9a9b-0d1f2e3c4b5a"), Decision());
        Check("session by header", 100, () =>
        {
            var recognised = _bed.Affinity.RecogniseAsync(call, decision, CancellationToken.None);
            Assert.True(recognised.IsCompletedSuccessfully);
            recognised.GetAwaiter().GetResult();
        });
        Check("order, then to the warm target", 1500, () => _bed.Order.Arrange(decision, call));
    }

    [Fact]
    public void A_fingerprint_allocates_nothing()
    {
        var text = string.Concat(Enumerable.Range(0, 2000).Select(i => string.Create(CultureInfo.InvariantCulture, $"Line {i} of the instructions. ")));
        var call = _bed.Call(body: $$"""{"system":"{{text}}","messages":[{"role":"user","content":"{{text}}"}],"tools":[]}""");
        Check($"fingerprint of {call.Body.Length / 1024} KiB", 0, () => SessionKeys.Of(call, Scenario.Default), rounds: 300);
    }

    private RouteDecision Decision() => new(Scenario.Default, "because", _bed.Targets, null);

    private void Measure()
    {
        _bed.Measure("b", 3);
        _bed.Measure("d", 1);
    }

    private void Check(string what, long most, Action once, int rounds = 5000)
    {
        for (var i = 0; i < rounds; i++)
        {
            once();
        }

        var started = Stopwatch.GetTimestamp();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < rounds; i++)
        {
            once();
        }

        var bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / rounds;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {Stopwatch.GetElapsedTime(started).TotalMicroseconds / rounds * 1000:0} ns, {bytes} bytes"));
        Assert.InRange(bytes, 0, most);
    }
}
