using Ccr.ProxyService.Tokens;
using Ccr.ProxyService.Usage;

namespace Ccr.Tests.Usage;

/// <summary>Request records for the tests.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset Start = new(2026, 3, 14, 15, 9, 26, 535, TimeSpan.Zero);

    /// <summary>A streamed answer of 2 s by the second target, after the first one failed.</summary>
    public static RequestRecord Rescued(string id = "req_1") => new()
    {
        RequestId = id,
        StartedAt = Start,
        Duration = TimeSpan.FromMilliseconds(2000),
        TimeToFirstContent = TimeSpan.FromMilliseconds(400),
        UpstreamTime = TimeSpan.FromMilliseconds(1998),
        ClientDialect = "anthropic",
        ClientApplication = "claude-code",
        Session = "s-1",
        Agent = "main",
        RequestedModel = "claude-sonnet-4-5",
        Scenario = "think",
        RouteReason = "thinking is on",
        RoutingTokens = new TokenCount(1234, TokenCountSource.Service),
        Attempts =
        [
            new("a", "m", 500, "server", TimeSpan.FromMilliseconds(10)),
            new("b", "m2", 200, null, TimeSpan.FromMilliseconds(1988)) { Tokens = new(Input: 100, CacheRead: 60, CacheWrite: 30, Output: 40, Reasoning: 8) { CacheWriteHour = 10 } },
        ],
        Streaming = true,
        Status = 200,
        Tokens = new TokenUsage(Input: 100, CacheRead: 60, CacheWrite: 30, Output: 40, Reasoning: 8) { CacheWriteHour = 10 },
        StopReason = "end_turn",
    };

    /// <summary>A plain answer of one target, of 100 ms.</summary>
    public static RequestRecord Answer(string provider = "a", string model = "m", long input = 7, long output = 3) => new()
    {
        RequestId = "req_2",
        StartedAt = Start,
        Duration = TimeSpan.FromMilliseconds(101),
        TimeToFirstContent = TimeSpan.FromMilliseconds(99),
        UpstreamTime = TimeSpan.FromMilliseconds(100),
        ClientDialect = "openai-chat",
        ClientApplication = "opencode",
        RequestedModel = "gpt-x",
        Scenario = "default",
        RouteReason = "no rule matched",
        Attempts = [new(provider, model, 200, null, TimeSpan.FromMilliseconds(100)) { Tokens = new(input, 0, 0, output, 0) }],
        Status = 200,
        Tokens = new TokenUsage(input, 0, 0, output, 0),
        StopReason = "end_turn",
    };

    /// <summary>Nobody could be asked.</summary>
    public static RequestRecord Unrouted() => Answer() with { Attempts = [], Status = 503, Failure = "no_target", Tokens = default, TimeToFirstContent = null };

    /// <summary>The client left while the target was writing.</summary>
    public static RequestRecord Left() => Answer() with
    {
        Attempts = [new("a", "m", 200, "client_left", TimeSpan.FromMilliseconds(50)) { Tokens = new(7, 0, 0, 3, 0) }],
        Status = UsageRecorder.ClientLeftStatus,
        Failure = "client_left",
    };

    /// <summary>Counts a whole request.</summary>
    public static void Record(this IUsageRecorder recorder, RequestRecord record)
    {
        recorder.RequestStarted();
        recorder.RequestFinished(record);
    }
}
