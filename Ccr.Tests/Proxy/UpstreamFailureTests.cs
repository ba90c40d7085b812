using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Proxy;

/// <summary>What every client is told of every failure of every provider; and that another target answers while nothing was sent yet.</summary>
public sealed class UpstreamFailureTests(WireFixture wire) : IClassFixture<WireFixture>
{
    /// <summary>Provider's status; ours to Anthropic, OpenAI and Gemini clients.</summary>
    private static readonly (int Provider, int Anthropic, int OpenAI, int Gemini)[] Statuses =
    [
        (400, 400, 400, 400), (401, 502, 502, 502), (403, 502, 502, 502), (404, 404, 404, 404), (413, 413, 413, 413),
        (429, 429, 429, 429), (500, 500, 500, 500), (503, 529, 503, 503), (529, 529, 503, 503),
    ];

    public static TheoryData<Dialect, Dialect> Pairs => Wire.Pairs;

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_status_is_told_in_the_clients_words(Dialect client, Dialect provider)
    {
        foreach (var (status, anthropic, openAI, gemini) in Statuses)
        {
            foreach (var stream in (bool[])[false, true])
            {
                wire.Upstream.Answer(ScriptedReply.Json(Wire.Error(provider, status, "the reason"), status));
                var answer = await wire.AskAsync(client, provider, stream);
                Assert.Equal(client switch { Dialect.Anthropic => anthropic, Dialect.Gemini => gemini, _ => openAI }, answer.Status);
                Assert.StartsWith("application/json", answer.ContentType, StringComparison.Ordinal);
                Assert.Contains("the reason", Wire.ReadError(client, answer.Body).Message, StringComparison.Ordinal);
                Assert.Equal(status == 429, answer.Headers.ContainsKey("retry-after"));

                // Our key is refused: no second try can help, and libraries would try.
                Assert.Equal(status is 401 or 403, answer.Headers.TryGetValue("x-should-retry", out var retry) && retry == "false");
                Assert.True(answer.Headers.ContainsKey("request-id"));
                Assert.Equal($"{Wire.Provider(provider)},m", answer.Headers["x-ccr-tier"]);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_wait_is_told_in_whole_seconds(Dialect client, Dialect provider)
    {
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Error(provider, 429, "slow"), 429).With("retry-after-ms", "1500"));
        Assert.Equal("2", (await wire.AskAsync(client, provider, true)).Headers["retry-after"]);
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Error(provider, 503, "slow"), 503).With("Retry-After", "7"));
        Assert.Equal("7", (await wire.AskAsync(client, provider, true)).Headers["retry-after"]);
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Error(provider, 429, "slow"), 429).With("Retry-After", "soon"));
        Assert.Equal("5", (await wire.AskAsync(client, provider, true)).Headers["retry-after"]);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task An_empty_account_is_told_so_that_nobody_asks_again(Dialect client, Dialect provider)
    {
        if (client == Dialect.Gemini && provider == Dialect.Gemini)
        {
            // Gemini has no word of its own for it.
            return;
        }

        wire.Upstream.Answer(ScriptedReply.Json("""{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}""", 429));
        var answer = await wire.AskAsync(client, provider, false);
        var error = Wire.ReadError(client, answer.Body);
        Assert.Equal(client == Dialect.Anthropic ? 402 : 429, answer.Status);
        Assert.Equal("false", answer.Headers["x-should-retry"]);
        Assert.Equal(client switch { Dialect.Anthropic => "billing_error", Dialect.Gemini => "RESOURCE_EXHAUSTED", _ => "insufficient_quota" }, error.Type);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task Pages_plain_words_and_nothing_become_the_clients_error_object(Dialect client, Dialect provider)
    {
        foreach (var (type, body, expected) in ((string?, string, string)[])
                 [
                     ("text/html", "<html><head><title>502 Bad Gateway</title></head><body>   at the edge</body></html>", "502 Bad Gateway"),
                     ("text/plain", "upstream connect error", "upstream connect error"),
                     (null, "", "502"),
                     ("application/json", "", "502"),
                     ("application/json", "{\"error\":", "{\"error\":"),
                     ("application/json", "\"just words\"", "just words"),
                     ("application/json", "{\"detail\":\"not today\"}", "not today"),
                 ])
        {
            wire.Upstream.Answer(ScriptedReply.Of(502, type, body));
            var answer = await wire.AskAsync(client, provider, true);
            Assert.Equal(502, answer.Status);
            Assert.StartsWith("application/json", answer.ContentType, StringComparison.Ordinal);
            Assert.Contains(expected, Wire.ReadError(client, answer.Body).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task P025_a_full_context_is_told_in_the_words_that_make_the_client_compact(Dialect client, Dialect provider)
    {
        foreach (var message in (string[])
                 [
                     "This model's maximum context length is 8192 tokens. However, your messages resulted in 9001 tokens.",
                     "The input token count (9001) exceeds the maximum number of tokens allowed (8192).",
                     "prompt is too long: 9001 tokens > 8192 maximum",
                 ])
        {
            wire.Upstream.Answer(ScriptedReply.Json(Wire.Error(provider, 400, message), 400));
            foreach (var stream in (bool[])[false, true])
            {
                var answer = await wire.AskAsync(client, provider, stream);
                var error = Wire.ReadError(client, answer.Body);
                Assert.Equal(400, answer.Status);
                Assert.True(client != Dialect.Anthropic || error.Message.StartsWith("prompt is too long: 9001 tokens > 8192 maximum", StringComparison.Ordinal), error.Message);
                Assert.True(client is Dialect.Anthropic or Dialect.Gemini || error.Code == "context_length_exceeded", answer.Body);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task P176_an_error_or_nothing_inside_a_200_is_no_answer(Dialect client, Dialect provider)
    {
        foreach (var body in (string[])[Wire.Error(provider, 503, "busy inside"), "", "{}", "null", "[]", "<html><title>Login</title></html>", "{\"error\":{\"message\":\"busy inside\"}}"])
        {
            foreach (var stream in (bool[])[false, true])
            {
                wire.Upstream.Answer(ScriptedReply.Json(body));
                var answer = await wire.AskAsync(client, provider, stream);
                Assert.True(answer.Status >= 500, $"{body}: {answer.Status} {answer.Body}");
                var message = Wire.ReadError(client, answer.Body).Message;
                Assert.True(!body.Contains("busy", StringComparison.Ordinal) || message.Contains("busy inside", StringComparison.Ordinal), message);
            }
        }

        wire.Upstream.Answer(ScriptedReply.Events());
        Assert.True((await wire.AskAsync(client, provider, true)).Status >= 500);
        wire.Upstream.Answer(ScriptedReply.Of(204, null));
        Assert.True((await wire.AskAsync(client, provider, false)).Status >= 500);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task P173_what_fails_before_the_first_content_is_answered_by_the_next_target(Dialect client, Dialect provider)
    {
        var frames = Wire.Frames(provider);
        var begun = frames[..Wire.BeforeContent(provider)];
        ScriptedReply[] failures =
        [
            ScriptedReply.Events(Wire.ErrorFrame(provider, "no")),
            ScriptedReply.Events([.. begun, Wire.ErrorFrame(provider, "no")]),
            ScriptedReply.Events(begun),
            ScriptedReply.Events(begun) with { Cuts = true },
            ScriptedReply.Events() with { Cuts = true },
            ScriptedReply.Events([.. begun, "data: {\"half"]),
            ScriptedReply.Json(Wire.Error(provider, 500, "no")),
            ScriptedReply.Of(200, "text/html", "<html></html>"),

            // The last: after it the key rests for a second.
            ScriptedReply.Json(Wire.Error(provider, 429, "no"), 429),
        ];
        await using var proxy = await RunningProxy.StartAsync(Wire.Config(wire.Upstream.BaseAddress, "\"Breaker\": { \"enabled\": false }, \"fallback\": {\"default\": [\"pc,second\"]},"));
        foreach (var failure in failures)
        {
            wire.Upstream.Answer(failure, ScriptedReply.Events(Wire.Frames(Dialect.OpenAIChat)));
            var answer = await WireAnswer.AskAsync(proxy, client, Wire.Provider(provider) + ",m", true);
            Assert.Equal(200, answer.Status);
            Assert.Equal(("Hello world", true), Wire.ReadText(client, answer.Body, true));
            Assert.Equal("pc,second", answer.Headers["x-ccr-tier"]);
            Assert.Equal("2", answer.Headers["x-ccr-attempts"]);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task P171_an_error_after_content_ends_the_stream_as_a_failure(Dialect client, Dialect provider)
    {
        var begun = Wire.Frames(provider)[..(Wire.BeforeContent(provider) + 1)];
        wire.Upstream.Answer(ScriptedReply.Events([.. begun, Wire.ErrorFrame(provider, "broke in the middle")]));
        var answer = await wire.AskAsync(client, provider, true);
        if (answer.Status == 200)
        {
            Wire.IsFailedStream(client, answer.Body);
            Assert.Contains("broke in the middle", answer.Body, StringComparison.Ordinal);
        }
        else
        {
            // Content and error came in one piece: then there was still time for a status.
            Wire.ReadError(client, answer.Body);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task P027_a_stream_that_ends_or_breaks_after_content_never_looks_finished(Dialect client, Dialect provider)
    {
        var begun = Wire.Frames(provider)[..(Wire.BeforeContent(provider) + 1)];
        foreach (var rest in (string[])["", "data: {\"half", ": comment\n\n"])
        {
            foreach (var cuts in (bool[])[false, true])
            {
                // The client has the first content before the rest comes.
                var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                wire.Upstream.Answer(ScriptedReply.Events([.. begun, rest]) with { Cuts = cuts, BeforeLast = seen.Task });
                using var response = await wire.Proxy.PostAsync(Wire.Path(client, Wire.Provider(provider) + ",m", true), Wire.Body(client, Wire.Provider(provider) + ",m", true));
                seen.SetResult();
                Wire.IsFailedStream(client, await response.Content.ReadAsStringAsync());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_whole_answer_that_breaks_off_is_an_error_status(Dialect client, Dialect provider)
    {
        var whole = Wire.Whole(provider);
        foreach (var cuts in (bool[])[false, true])
        {
            wire.Upstream.Answer(ScriptedReply.Json(whole[..(whole.Length / 2)]) with { Cuts = cuts });
            var answer = await wire.AskAsync(client, provider, false);
            Assert.Equal(502, answer.Status);
            Wire.ReadError(client, answer.Body);
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task A_redirect_is_not_followed_with_the_key(Dialect client, Dialect provider)
    {
        wire.Upstream.Answer(ScriptedReply.Of(307, null, "").With("Location", wire.Upstream.BaseAddress + "elsewhere"));
        var answer = await wire.AskAsync(client, provider, false);
        Assert.True(answer.Status >= 500, answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Wire.ReadError(client, answer.Body);
        Assert.Single(wire.Upstream.Requests);
    }
}
