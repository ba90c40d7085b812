using System.Diagnostics;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Configuration;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Telemetry;
using Microsoft.AspNetCore.Http;
using Xunit.Abstractions;

namespace Ccr.Tests.Telemetry;

/// <summary>What requests pay for spans that nobody keeps: no memory at all.</summary>
[Collection(TelemetryGroup.Name)]
public sealed class TracingCostTests(ITestOutputHelper output)
{
    private readonly ProxyCall _call = new(new DefaultHttpContext(), ClientDialects.Anthropic, new() { Source = "test", Providers = [], Router = new() }, "req_1", 0, DateTimeOffset.UnixEpoch);
    private readonly RouteTarget _target = new(new() { Name = "p", BaseUrl = new("http://localhost"), Protocol = Dialect.Anthropic, Models = ["m"] }, "m");

    [Fact]
    public void Without_a_listener_nothing_is_made() => Assert.Equal(0, Allocated());

    [Fact]
    public void A_request_that_is_not_sampled_makes_nothing()
    {
        using var listener = new ActivityListener { ShouldListenTo = static s => s.Name == ProxyTracing.SourceName, Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.None };
        ActivitySource.AddActivityListener(listener);
        using var server = new Activity("server").Start();
        Assert.Equal(0, Allocated());
    }

    private long Allocated()
    {
        Loop();
        var (bytes, started) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        Loop();
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        output.WriteLine($"{Stopwatch.GetElapsedTime(started).TotalNanoseconds / 20_000:F0} ns a request");
        return bytes;
    }

    private void Loop()
    {
        for (var i = 0; i < 20_000; i++)
        {
            using var request = RequestTracing.Begin(_call);
            using var attempt = AttemptTracing.Begin(_call, _target, isLater: false);
            RequestTracing.Event(_call, "ccr.retry", "p,m", "server");
        }
    }
}
