using System.IO.Compression;
using System.Net;
using System.Text;
using Ccr.Protocols.Canonical;
using Ccr.ProxyService.Endpoints;

namespace Ccr.Tests.Proxy;

/// <summary>Whatever a client of any dialect sends, the answer is an error object of its dialect that names the fault.</summary>
public sealed class BadInputInAllDialectsTests(WireFixture wire) : IClassFixture<WireFixture>
{
    public static TheoryData<Dialect> Dialects => Wire.Dialects;

    public static TheoryData<string, string, string, string?> Bodies => new()
    {
        { "/v1/chat/completions", "", "body is empty", null },
        { "/v1/chat/completions", "hello", "not valid JSON: line 1, byte 1", null },
        { "/v1/chat/completions", "[]", "must be a JSON object", null },
        { "/v1/chat/completions", "{}", "model is missing", "model" },
        { "/v1/chat/completions", """{"model":5,"messages":[]}""", "model must be a string", "model" },
        { "/v1/chat/completions", """{"model":"m"}""", "messages is missing", "messages" },
        { "/v1/chat/completions", """{"model":"m","messages":"x"}""", "messages must be an array", "messages" },
        { "/v1/chat/completions", """{"model":"m","messages":[],"stream":1}""", "stream must be true or false", "stream" },
        { "/v1/chat/completions", """{"model":"m","messages":[5]}""", "messages[0] must be an object", "messages[0]" },
        { "/v1/chat/completions", """{"model":"m","messages":[{"role":"user","content":5}]}""", "messages[0].content", "messages[0].content" },
        { "/v1/chat/completions", """{"model":"nobody,m","messages":[]}""", "there is no provider 'nobody'; configured are pa, pc, pr, pg", "model" },
        { "/v1/responses", "", "body is empty", null },
        { "/v1/responses", "{\"model\":\"m\",", "not valid JSON", null },
        { "/v1/responses", "{}", "model is missing", "model" },
        { "/v1/responses", """{"model":null,"input":"x"}""", "model must be a string", "model" },
        { "/v1/responses", """{"model":"m"}""", "input is missing", "input" },
        { "/v1/responses", """{"model":"m","input":5}""", "input must be a string or an array", "input" },
        { "/v1/responses", """{"model":"m","input":[5]}""", "input[0] must be", "input[0]" },
        { "/v1/responses", """{"model":"m","input":[{"role":"user","content":5}]}""", "input[0].content", "input[0].content" },
        { "/v1/responses", """{"model":"m","input":"x","stream":"yes"}""", "stream must be true or false", "stream" },
        { "/v1/responses", """{"model":"m","input":"x","previous_response_id":5}""", "previous_response_id must be a string", "previous_response_id" },
        { "/v1/responses", """{"model":"nobody,m","input":"x"}""", "there is no provider 'nobody'", "model" },
        { "/v1beta/models/m:generateContent", "", "body is empty", null },
        { "/v1beta/models/m:generateContent", "nope", "not valid JSON", null },
        { "/v1beta/models/m:generateContent", "[]", "must be a JSON object", null },
        { "/v1beta/models/m:generateContent", "{}", "contents is missing", null },
        { "/v1beta/models/m:streamGenerateContent?alt=sse", """{"contents":5}""", "contents", null },
        { "/v1beta/models/m:generateContent", """{"contents":[5]}""", "contents[0]", null },
        { "/v1beta/models/m:generateContent", """{"contents":[],"generationConfig":5}""", "generationConfig", null },
        { "/v1beta/models/nobody,m:generateContent", """{"contents":[]}""", "there is no provider 'nobody'", null },
        { "/v1beta/models/m:batchGenerate", "{}", ":generateContent, :streamGenerateContent or :countTokens", null },
        { "/v1beta/models/m", "{}", ":generateContent, :streamGenerateContent or :countTokens", null },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_fault_is_named(string path, string body, string expected, string? param)
    {
        wire.Upstream.Answer(ScriptedReply.Json("{}"));
        var dialect = path.Contains("chat", StringComparison.Ordinal) ? Dialect.OpenAIChat : path.Contains("responses", StringComparison.Ordinal) ? Dialect.OpenAIResponses : Dialect.Gemini;
        var answer = await WireAnswer.SendAsync(wire.Proxy, path, body);
        Assert.Equal(expected.Contains("no provider", StringComparison.Ordinal) || expected.Contains(":generateContent", StringComparison.Ordinal) ? 404 : 400, answer.Status);
        Assert.Equal("application/json", answer.ContentType);
        var error = Wire.ReadError(dialect, answer.Body);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(param, error.Param);
        Assert.Equal(dialect == Dialect.Gemini ? (answer.Status == 404 ? "NOT_FOUND" : "INVALID_ARGUMENT") : "invalid_request_error", error.Type);
        Assert.Equal(dialect == Dialect.Gemini ? $"{answer.Status}" : answer.Status == 404 ? "model_not_found" : null, error.Code);
        Assert.Empty(wire.Upstream.Requests);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task A_body_over_the_limit_is_refused_with_the_limit(Dialect dialect)
    {
        var answer = await WireAnswer.AskAsync(wire.Proxy, dialect, "pa,m", false, ",\"x\":\"" + new string('x', 1_000_000) + "\"");
        Assert.Equal(413, answer.Status);
        Assert.Contains("1000000 bytes", Wire.ReadError(dialect, answer.Body).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task Without_the_key_nobody_comes_in(Dialect dialect)
    {
        await using var proxy = await RunningProxy.StartAsync(Wire.Config(wire.Upstream.BaseAddress, "\"APIKEY\": \"the-routers-key\","));
        var provider = dialect;
        wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(provider)));
        var model = Wire.Provider(provider) + ",m";
        foreach (var (header, value) in ((string?, string)[])[(null, ""), ("x-api-key", "wrong"), ("Authorization", "Bearer wrong"), ("x-goog-api-key", "wrong")])
        {
            var refused = await WireAnswer.AskAsync(proxy, dialect, model, true, "", r => r.Headers.TryAddWithoutValidation(header ?? "x-none", value));
            Assert.Equal(401, refused.Status);
            var error = Wire.ReadError(dialect, refused.Body);
            Assert.Contains("APIKEY", error.Message, StringComparison.Ordinal);
            Assert.Equal(dialect == Dialect.Gemini ? "UNAUTHENTICATED" : "authentication_error", error.Type);
            Assert.True(dialect is Dialect.Anthropic or Dialect.Gemini || error.Code == "invalid_api_key");
        }

        Assert.Empty(wire.Upstream.Requests);
        foreach (var header in (string[])["x-api-key", "x-goog-api-key", "Authorization"])
        {
            var taken = await WireAnswer.AskAsync(proxy, dialect, model, false, "", r => r.Headers.TryAddWithoutValidation(header, header == "Authorization" ? "Bearer the-routers-key" : "the-routers-key"));
            Assert.Equal(200, taken.Status);
        }

        Assert.DoesNotContain(wire.Upstream.Requests, r => (r.Target + r.Body + string.Concat(r.Headers.Values)).Contains("the-routers-key", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("GET", "/v1/chat/completions", Dialect.OpenAIChat)]
    [InlineData("POST", "/v1/chat/completions/nothing", Dialect.OpenAIChat)]
    [InlineData("PUT", "/v1/responses", Dialect.OpenAIResponses)]
    [InlineData("POST", "/v1/responses/a/b/c", Dialect.OpenAIResponses)]
    [InlineData("POST", "/v1beta/nothing", Dialect.Gemini)]
    [InlineData("GET", "/v1/messages", Dialect.Anthropic)]
    [InlineData("POST", "/nothing", Dialect.Anthropic)]
    public async Task An_unknown_address_is_told_in_the_callers_shape(string method, string path, Dialect dialect)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var answer = await WireAnswer.ReadAsync(await wire.Proxy.Client.SendAsync(request));
        Assert.True(answer.Status is 404 or 405, $"{answer.Status}");
        var error = Wire.ReadError(dialect, answer.Body);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.True(dialect is Dialect.Anthropic or Dialect.Gemini || error.Code is null);
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task P187_Compressed_bodies_are_understood(Dialect dialect)
    {
        var model = Wire.Provider(dialect) + ",m";
        var body = Wire.Body(dialect, model, false);
        foreach (var encoding in (string[])["gzip", "x-gzip", "deflate", "br", "identity", "gzip, br", "br,gzip", "GZIP"])
        {
            wire.Upstream.Answer(ScriptedReply.Json(Wire.Whole(dialect)));
            var answer = await PostCompressedAsync(Wire.Path(dialect, model, false), Compress(Encoding.UTF8.GetBytes(body), encoding), encoding);
            Assert.True(answer.Status == 200, $"{encoding}: {answer.Body}");
            Assert.Equal(body.Replace(model, "m", StringComparison.Ordinal), wire.Upstream.Single.Body);
            Assert.False(wire.Upstream.Single.Headers.ContainsKey("content-encoding"));
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task An_encoding_that_is_not_understood_is_told_with_those_that_are(Dialect dialect)
    {
        var answer = await PostCompressedAsync(Wire.Path(dialect, "pa,m", false), [0x28, 0xb5, 0x2f, 0xfd], "zstd");
        Assert.Equal(415, answer.Status);
        Assert.Contains("zstd", Wire.ReadError(dialect, answer.Body).Message, StringComparison.Ordinal);
        Assert.Contains("gzip, deflate, br", Wire.ReadError(dialect, answer.Body).Message, StringComparison.Ordinal);
        Assert.Contains("gzip", answer.Headers["Accept-Encoding"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("br")]
    [InlineData("gzip, br")]
    public async Task A_body_that_is_not_what_its_encoding_says_is_a_bad_request(string encoding)
    {
        var whole = Compress(Encoding.UTF8.GetBytes(Wire.Body(Dialect.OpenAIChat, "pc,m", false)), encoding);
        foreach (var body in (byte[][])[Encoding.UTF8.GetBytes("{\"model\":\"pc,m\",\"messages\":[]}"), whole[..(whole.Length / 2)], [.. whole[..(whole.Length / 2)], .. new byte[40]]])
        {
            var answer = await PostCompressedAsync("/v1/chat/completions", body, encoding);
            Assert.True(answer.Status == 400, $"{answer.Status} {answer.Body}");
            Wire.ReadError(Dialect.OpenAIChat, answer.Body);
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("br, gzip")]
    public async Task A_small_body_cannot_become_a_huge_one(string encoding)
    {
        var bomb = Compress(new byte[64 << 20], encoding);
        Assert.True(bomb.Length < 1_000_000);
        var answer = await PostCompressedAsync("/v1/messages", bomb, encoding);
        Assert.Equal(413, answer.Status);
        Wire.ReadError(Dialect.Anthropic, answer.Body);
    }

    [Fact]
    public async Task No_more_than_the_limit_is_read_of_a_body()
    {
        using var endless = new Endless();
        Assert.Null(await PooledBody.ReadAsync(endless, null, 100_000, CancellationToken.None));
        Assert.True(endless.Given < 300_000, $"{endless.Given}");
    }

    private static byte[] Compress(byte[] body, string encodings)
    {
        foreach (var encoding in encodings.Split(',', StringSplitOptions.TrimEntries))
        {
            using var output = new MemoryStream();
            using (Stream stream = encoding.ToUpperInvariant() switch
            {
                "BR" => new BrotliStream(output, CompressionLevel.Fastest, leaveOpen: true),
                "DEFLATE" => new ZLibStream(output, CompressionLevel.Fastest, leaveOpen: true),
                "IDENTITY" => new BufferedStream(new Kept(output)),
                _ => new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true),
            })
            {
                stream.Write(body);
            }

            body = output.ToArray();
        }

        return body;
    }

    private async Task<WireAnswer> PostCompressedAsync(string path, byte[] body, string encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
        return await WireAnswer.ReadAsync(await wire.Proxy.Client.SendAsync(request));
    }

    /// <summary>Writes into a stream that stays open.</summary>
    private sealed class Kept(Stream to) : MemoryStream
    {
        public override void Write(byte[] buffer, int offset, int count) => to.Write(buffer, offset, count);

        public override void Write(ReadOnlySpan<byte> buffer) => to.Write(buffer);
    }

    private sealed class Endless : MemoryStream
    {
        public long Given { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Given += buffer.Length;
            return new(buffer.Length);
        }
    }
}
