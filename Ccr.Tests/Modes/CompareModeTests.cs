using System.Text.Json;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Modes;
using Ccr.Tests.Proxy;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Modes;

/// <summary>Mode compare: the client is answered as ever, and the copy is measured beside it.</summary>
public sealed class CompareModeTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static TheoryData<Dialect, bool> Clients
    {
        get
        {
            var data = new TheoryData<Dialect, bool>();
            foreach (var dialect in Wire.All)
            {
                data.Add(dialect, false);
                data.Add(dialect, true);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Clients))]
    public async Task Both_answers_stand_side_by_side(Dialect dialect, bool stream)
    {
        await using var bed = await ModeBed.StartAsync("\"default\": \"compare\"");
        bed.Main.Answer(stream ? ScriptedReply.Events(Wire.Frames(Dialect.Anthropic)) : ScriptedReply.Json(Wire.Whole(Dialect.Anthropic)));
        bed.Other.Answer(stream ? ScriptedReply.Events(Wire.Frames(Dialect.OpenAIChat, "Hello", " there")) : ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat, "Hello there")));
        var (status, body) = await bed.AskAsync(Wire.Path(dialect, "x", stream), Wire.Body(dialect, "x", stream), ("Authorization", "Bearer clients-own-key"), ("x-api-key", "clients-own-key"));
        Assert.True(status == 200, body);
        Assert.DoesNotContain("there", body, StringComparison.Ordinal);

        var comparison = Assert.Single(await ComparisonsAsync(bed, 1));
        Assert.Equal(("main", "main-model", 200, 10L, 5L, "end_turn"), Seen(comparison.Primary));
        Assert.Equal(("other", "other-model", 200, 10L, 5L, "end_turn"), Seen(comparison.Copy));
        Assert.Equal(11, comparison.Primary.TextLength);
        Assert.Equal(0, comparison.Difference.TextLength);
        Assert.Equal(6, comparison.Difference.FirstDifference);
        Assert.False(comparison.Difference.SameText);
        Assert.True(comparison.Difference.SameTools);
        Assert.True(comparison.Difference.SameStopReason);
        Assert.Equal(0.000015m, comparison.Difference.CostUsd);
        Assert.NotNull(comparison.Difference.TtftMs);
        Assert.Null(comparison.Primary.Text);

        Assert.Equal("other-model", bed.Other.Single.Json.GetProperty("model").GetString());
        Assert.DoesNotContain(bed.Other.Single.Headers, h => h.Value.Contains("clients-own-key", StringComparison.Ordinal));
        Assert.Empty(bed.Anthropic.Requests);
        var (_, requests) = await bed.GetAsync("/api/requests");
        var copy = requests.GetProperty("requests").EnumerateArray().Single(r => r.GetProperty("scenario").GetString() == "compare");
        Assert.Equal(comparison.Primary.RequestId, copy.GetProperty("comparedWith").GetString());
        Assert.Equal(1, (await bed.GetAsync("/api/stats")).Json.GetProperty("total_requests").GetInt64());

        static (string?, string?, int, long, long, string?) Seen(ComparisonSide side) => (side.Provider, side.Model, side.Status, side.InputTokens, side.OutputTokens, side.StopReason);
    }

    [Fact]
    public async Task A_target_of_the_clients_dialect_gets_its_headers_but_no_credentials()
    {
        await using var bed = await ModeBed.StartAsync("\"default\": \"compare\", \"forwardClientCredentials\": true, \"target\": \"main,main-model\"", "\"default\": \"other,other-model\"");
        bed.Other.Answer(ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat)));
        bed.Main.Answer(ScriptedReply.Json(Wire.Whole(Dialect.Anthropic)));
        await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "x", false),
            ("Authorization", "Bearer clients-own-key"), ("x-api-key", "clients-own-key"), ("x-goog-api-key", "clients-own-key"), ("api-key", "clients-own-key"), ("Cookie", "s=clients-own-key"), ("anthropic-beta", "one-2026"));
        await ComparisonsAsync(bed, 1);
        Assert.Equal("one-2026", bed.Main.Single.Headers["anthropic-beta"]);
        Assert.Equal("main-secret-key", bed.Main.Single.Headers["x-api-key"]);
        foreach (var upstream in (ScriptedUpstream[])[bed.Main, bed.Other])
        {
            Assert.DoesNotContain(upstream.Single.Headers, h => h.Value.Contains("clients-own-key", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_copy_that_hangs_delays_nobody_and_those_above_the_limit_are_dropped()
    {
        await using var bed = await ModeBed.StartAsync("\"default\": \"compare\", \"maxConcurrentCompares\": 1");
        var release = new TaskCompletionSource();
        bed.Main.Answer(ScriptedReply.Json(Wire.Whole(Dialect.Anthropic)));
        bed.Other.Answer(ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat)) with { BeforeLast = release.Task });
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "x", false))).Status);
        }

        var (_, list) = await bed.GetAsync("/api/comparisons");
        Assert.Equal((1, 2), (list.GetProperty("running").GetInt32(), list.GetProperty("dropped").GetInt32()));
        release.SetResult();
        Assert.Single(await ComparisonsAsync(bed, 1));
        Assert.Equal(3, bed.Main.Requests.Count);
    }

    [Fact]
    public async Task A_copy_that_fails_is_recorded_as_failed_and_the_client_does_not_notice()
    {
        await using var bed = await ModeBed.StartAsync("\"default\": \"compare\"");
        bed.Main.Answer(ScriptedReply.Json(Wire.Whole(Dialect.Anthropic)));
        bed.Other.Answer(ScriptedReply.Json("""{"error":{"message":"no","type":"invalid_request_error"}}""", 400));
        Assert.Equal(200, (await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "x", false))).Status);
        var comparison = Assert.Single(await ComparisonsAsync(bed, 1));
        Assert.Equal((400, (string?)"invalid_request"), (comparison.Copy.Status, comparison.Copy.Failure?[..15]));
        Assert.Null(comparison.Copy.TextLength);
        Assert.Null(comparison.Difference.SameText);
        Assert.Equal((200, (string?)null), (comparison.Primary.Status, comparison.Primary.Failure));
    }

    [Fact]
    public async Task Texts_are_kept_only_while_tracing_is_on()
    {
        await using var bed = await ModeBed.StartAsync("\"default\": \"compare\"");
        Assert.Equal((200, "{\"enabled\":true}"), await bed.PutAsync("/api/tracing", "{\"enabled\":true}"));
        bed.Main.Answer(ScriptedReply.Json(Wire.Whole(Dialect.Anthropic)));
        bed.Other.Answer(ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat, new string('x', 70_000))));
        await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "x", false));
        var comparison = Assert.Single(await ComparisonsAsync(bed, 1));
        Assert.Equal("Hello world", comparison.Primary.Text);
        Assert.Equal((70_000, 65_536), (comparison.Copy.TextLength, comparison.Copy.Text?.Length));

        Assert.Equal((200, "{\"enabled\":false}"), await bed.PutAsync("/api/tracing", "{\"enabled\":false}"));
        Assert.Null(Assert.Single(await ComparisonsAsync(bed, 1)).Primary.Text);
        var (_, list) = await bed.GetAsync("/api/comparisons");
        Assert.False(list.GetProperty("comparisons")[0].GetProperty("copy").TryGetProperty("text", out _));
    }

    [Fact]
    public async Task Without_a_default_route_the_clients_own_account_answers_where_that_is_allowed()
    {
        await using var bed = await ModeBed.StartAsync("\"default\": \"compare\", \"forwardClientCredentials\": true", "\"topK\": 1");
        bed.Anthropic.Answer(ScriptedReply.Json(Wire.Whole(Dialect.Anthropic)));
        bed.Other.Answer(ScriptedReply.Json(Wire.Whole(Dialect.OpenAIChat)));
        Assert.Equal(200, (await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "claude-x", false), ("Authorization", "Bearer clients-own-key"))).Status);
        var comparison = Assert.Single(await ComparisonsAsync(bed, 1));
        Assert.Equal(("passthrough", "other"), (comparison.Primary.Provider, comparison.Copy.Provider));
        Assert.True(comparison.Difference.SameText);
        Assert.Null(comparison.Difference.FirstDifference);
        Assert.Equal("Bearer clients-own-key", bed.Anthropic.Single.Headers["authorization"]);
        Assert.DoesNotContain(bed.Other.Single.Headers, h => h.Value.Contains("clients-own-key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_a_default_route_and_without_leave_nothing_is_sent()
    {
        await using var bed = await ModeBed.StartAsync("\"default\": \"compare\"", "\"topK\": 1");
        var (status, body) = await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "claude-x", false), ("Authorization", "Bearer clients-own-key"));
        Assert.Equal(400, status);
        Assert.Contains("Router.default", JsonDocument.Parse(body).RootElement.GetProperty("error").GetProperty("message").GetString()!, StringComparison.Ordinal);
        Assert.Empty(bed.Anthropic.Requests);
        Assert.Empty(bed.Other.Requests);
    }

    private static async Task<IReadOnlyList<Comparison>> ComparisonsAsync(ModeBed bed, int count)
    {
        var log = bed.Proxy.Services.GetRequiredService<ComparisonLog>();
        using var deadline = new CancellationTokenSource(Patience);
        while (log.Read().Count < count)
        {
            await Task.Delay(10, deadline.Token);
        }

        return log.Read();
    }
}
