using System.Net.Http.Headers;
using Ccr.Protocols.Canonical;
using Ccr.Tests.Proxy;

namespace Ccr.Tests.Modes;

/// <summary>Mode anthropic-only and unknown addresses: Anthropic, with the client's own credentials, and nobody else.</summary>
public sealed class AnthropicOnlyTests
{
    private const string Mode = "\"default\": \"anthropic-only\"";
    private const string Own = "Bearer clients-own-key";

    private static Task<ModeBed> StartAsync(string top = "") => ModeBed.StartAsync(Mode, top: top, change: static (options, _) => options with { AllowAnthropicOnly = true });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bytes_headers_and_credentials_go_as_they_are(bool stream)
    {
        await using var bed = await StartAsync();
        var answer = stream ? ScriptedReply.Events(Wire.Frames(Dialect.Anthropic)) : ScriptedReply.Json(Wire.Whole(Dialect.Anthropic));
        bed.Anthropic.Answer(answer);
        var sent = Wire.Body(Dialect.Anthropic, "claude\\u002dx", stream, ",\"odd\" : [1e3, 1.0],\"s\":\"\\u00f6\"");
        var (status, body) = await bed.AskAsync("/v1/messages?beta=true", sent, ("Authorization", Own), ("x-api-key", "clients-own-second"), ("anthropic-beta", "oauth-2025-04-20"));
        Assert.Equal((200, answer.Text), (status, body));
        var seen = bed.Anthropic.Single;
        Assert.Equal(("/v1/messages?beta=true", sent), (seen.Target, seen.Body));
        Assert.Equal((Own, "clients-own-second", "oauth-2025-04-20"), (seen.Headers["authorization"], seen.Headers["x-api-key"], seen.Headers["anthropic-beta"]));
        Assert.Empty(bed.Main.Requests);
        Assert.Empty(bed.Other.Requests);
        var (_, requests) = await bed.GetAsync("/api/requests");
        var record = requests.GetProperty("requests")[0];
        Assert.Equal(("mode:anthropic-only", "passthrough", 5L), (record.GetProperty("scenario").GetString(), record.GetProperty("provider").GetString(), record.GetProperty("outputTokens").GetInt64()));
    }

    [Theory]
    [InlineData(401, "authentication_error")]
    [InlineData(400, "invalid_request_error")]
    [InlineData(403, "permission_error")]
    public async Task A_refusal_is_told_as_it_is(int status, string type)
    {
        await using var bed = await StartAsync();
        var refusal = $$"""{"type":"error","error":{"type":"{{type}}","message":"temperature: no, or whatever"},"request_id":"req_1"}""";
        bed.Anthropic.Answer(ScriptedReply.Json(refusal, status));
        Assert.Equal((status, refusal), await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "claude-x", false), ("Authorization", Own)));
        Assert.Single(bed.Anthropic.Requests);
    }

    [Fact]
    public async Task Only_clients_of_Messages_are_taken()
    {
        await using var bed = await StartAsync();
        foreach (var dialect in Wire.All.Where(d => d != Dialect.Anthropic))
        {
            var (status, body) = await bed.AskAsync(Wire.Path(dialect, "x", false), Wire.Body(dialect, "x", false), ("Authorization", Own));
            Assert.Equal(400, status);
            Assert.Contains("anthropic-only", body, StringComparison.Ordinal);
        }

        Assert.Empty(bed.Anthropic.Requests);
    }

    [Fact]
    public async Task Without_the_start_flag_everything_is_refused()
    {
        await using var bed = await ModeBed.StartAsync(Mode);
        var (status, body) = await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "x", false), ("Authorization", Own));
        Assert.Equal(403, status);
        Assert.Contains("--allow-anthropic-only", body, StringComparison.Ordinal);
        Assert.Equal(404, (await bed.AskAsync("/v1/files", "{}", ("Authorization", Own))).Status);
        Assert.Empty(bed.Anthropic.Requests);
    }

    [Fact]
    public async Task The_routers_own_key_is_not_sent_on()
    {
        await using var bed = await StartAsync("\"APIKEY\": \"the-routers-key\",");
        bed.Anthropic.Answer(ScriptedReply.Json(Wire.Whole(Dialect.Anthropic)));
        foreach (var path in (string[])["/v1/messages", "/v1/messages/batches"])
        {
            foreach (var header in ((string, string)[])[("x-api-key", "the-routers-key"), ("Authorization", "Bearer the-routers-key")])
            {
                var (status, body) = await bed.AskAsync(path, Wire.Body(Dialect.Anthropic, "x", false), header);
                Assert.Equal(401, status);
                Assert.Contains("APIKEY", body, StringComparison.Ordinal);
            }

            Assert.Empty(bed.Anthropic.Requests);
        }

        Assert.Equal(200, (await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "x", false), ("x-api-key", "the-routers-key"), ("Authorization", Own))).Status);
        Assert.Equal(Own, bed.Anthropic.Single.Headers["authorization"]);
        Assert.DoesNotContain(bed.Anthropic.Single.Headers, h => h.Value.Contains("the-routers-key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_request_without_credentials_is_told_so()
    {
        await using var bed = await StartAsync();
        Assert.Equal(401, (await bed.AskAsync("/v1/messages", Wire.Body(Dialect.Anthropic, "x", false))).Status);
        Assert.Empty(bed.Anthropic.Requests);
    }

    [Theory]
    [InlineData("GET", "/api/oauth/claude_cli/roles?x=%2F&y=1")]
    [InlineData("POST", "/v1/messages/batches")]
    [InlineData("DELETE", "/v1/files/file_1.txt")]
    [InlineData("PATCH", "//elsewhere.example/v1/files")]
    public async Task Unknown_addresses_pass_with_method_query_body_and_headers(string method, string path)
    {
        await using var bed = await StartAsync();
        bed.Anthropic.Answer(ScriptedReply.Of(207, "text/plain", "one ", "two").With("x-of-anthropic", "yes").With("Set-Cookie", "a=b"));
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(bed.Proxy.BaseAddress.AbsoluteUri.TrimEnd('/') + path));
        if (method is not "GET")
        {
            request.Content = new ByteArrayContent([0, 1, 255]) { Headers = { ContentType = new MediaTypeHeaderValue("application/x-odd") } };
        }

        request.Headers.TryAddWithoutValidation("Authorization", Own);
        request.Headers.TryAddWithoutValidation("Cookie", "s=1");
        request.Headers.TryAddWithoutValidation("x-custom", "kept");
        request.Headers.TryAddWithoutValidation("x-hop", "dropped");
        request.Headers.TryAddWithoutValidation("Connection", "x-hop");
        using var response = await bed.Proxy.Client.SendAsync(request);
        Assert.Equal((207, "one two"), ((int)response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal("yes", response.Headers.GetValues("x-of-anthropic").Single());
        Assert.False(response.Headers.Contains("Set-Cookie"));
        var seen = bed.Anthropic.Single;
        Assert.Equal(path, seen.Target);
        Assert.Equal((Own, "kept"), (seen.Headers["authorization"], seen.Headers["x-custom"]));
        Assert.False(seen.Headers.ContainsKey("cookie"));
        Assert.False(seen.Headers.ContainsKey("x-hop"));
        Assert.Equal(method is "GET" ? 0 : 3, request.Content is null ? seen.Body.Length : int.Parse(seen.Headers["content-length"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(method is "GET" ? null : "application/x-odd", seen.Headers.GetValueOrDefault("content-type"));
    }

    [Theory]
    [InlineData("\"default\": \"route\"", 404)]
    [InlineData("\"default\": \"target\"", 404)]
    [InlineData("\"default\": \"compare\"", 404)]
    [InlineData("\"default\": \"compare\", \"forwardClientCredentials\": true", 200)]
    public async Task Unknown_addresses_pass_only_where_the_mode_allows_it(string mode, int status)
    {
        await using var bed = await ModeBed.StartAsync(mode);
        bed.Anthropic.Answer(ScriptedReply.Json("{}"));
        Assert.Equal(status, (await bed.AskAsync("/v1/messages/batches", "{}", ("Authorization", Own))).Status);
        Assert.Equal(status == 200 ? 1 : 0, bed.Anthropic.Requests.Count);
    }

    [Fact]
    public async Task A_passed_body_above_the_limit_and_an_upstream_that_cuts_are_told()
    {
        await using var bed = await StartAsync("\"MAX_BODY_BYTES\": 2048,");
        Assert.Equal(413, (await bed.AskAsync("/v1/files", new string(' ', 3000), ("Authorization", Own))).Status);
        Assert.Empty(bed.Anthropic.Requests);
        bed.Anthropic.Answer(ScriptedReply.Of(200, "text/plain", "half") with { Cuts = true });
        try
        {
            // The cut may overtake the head, which then never was.
            Assert.Equal(502, (await bed.AskAsync("/v1/files", "{}", ("Authorization", Own))).Status);
        }
        catch (HttpRequestException)
        {
            // What came is not taken for the whole answer.
        }

        await bed.Anthropic.DisposeAsync();
        Assert.Equal(502, (await bed.AskAsync("/v1/files", "{}", ("Authorization", Own))).Status);
    }
}
