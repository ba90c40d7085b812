using System.Net;
using System.Net.Sockets;
using System.Text;
using Ccr.Tests.Grpc;
using Ccr.Tokenization;
using Ccr.Tokenizer.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Utils;
using Grpc.Net.Client;

namespace Ccr.Tests.Tokens;

/// <summary>The tokenizer service, called over gRPC.</summary>
public sealed class TokenizerServiceTests
{
    private const string Text = "The quick brown fox jumps over the lazy dog. Быстрая лиса 🦊 跳过懒狗; for (var i = 0; i < 10; i++) { }\n";

    [Fact]
    public async Task A_text_is_counted_with_the_encoding_that_is_named()
    {
        await using var service = await TokenizerFixture.StartAsync();
        foreach (var name in BpeEncoding.Names.Append(""))
        {
            var reply = await service.Client.CountTextAsync(new CountTextRequest { Text = ByteString.CopyFromUtf8(Text), Encoding = name });
            Assert.Equal((BpeEncoding.Find(name) ?? BpeEncoding.Cl100kBase).CountTokens(Encoding.UTF8.GetBytes(Text)), reply.Tokens);
        }
    }

    [Fact]
    public async Task A_batch_keeps_the_order_of_its_texts()
    {
        await using var service = await TokenizerFixture.StartAsync();
        var request = new CountBatchRequest { Encoding = "o200k_base" };
        request.Texts.AddRange(Enumerable.Range(0, 50).Select(i => ByteString.CopyFromUtf8(string.Concat(Enumerable.Repeat(" word", i)))));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => (long)i), (await service.Client.CountBatchAsync(request)).Tokens);
        Assert.Empty((await service.Client.CountBatchAsync(new CountBatchRequest())).Tokens);
    }

    [Fact]
    public async Task A_stream_counts_like_its_pieces_joined()
    {
        await using var service = await TokenizerFixture.StartAsync();
        var bytes = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Text, 200)));
        var random = new Random(11);
        using var call = service.Client.CountStream();
        for (var at = 0; at < bytes.Length;)
        {
            var length = Math.Min(random.Next(1, 3000), bytes.Length - at);
            await call.RequestStream.WriteAsync(new TextChunk { Text = ByteString.CopyFrom(bytes, at, length), Encoding = at == 0 ? "o200k_base" : "" });
            at += length;
        }

        await call.RequestStream.CompleteAsync();
        Assert.Equal(BpeEncoding.O200kBase.CountTokens(bytes), (await call).Tokens);
    }

    [Fact]
    public async Task An_empty_stream_has_no_tokens()
    {
        await using var service = await TokenizerFixture.StartAsync();
        using var call = service.Client.CountStream();
        await call.RequestStream.WriteAllAsync([]);
        Assert.Equal(0, (await call).Tokens);
    }

    [Fact]
    public async Task A_request_body_is_counted_in_its_parts()
    {
        await using var service = await TokenizerFixture.StartAsync();
        var body = """{"model":"m","system":"You are brief.","tools":[{"name":"look","input_schema":{}}],"messages":[{"role":"user","content":"Hello there"}]}"""u8.ToArray();
        var expected = RequestTokenCounter.Count(body, BpeEncoding.Cl100kBase);
        var reply = await service.Client.CountMessageAsync(new CountMessageRequest { Body = ByteString.CopyFrom(body) });
        Assert.Equal(expected, new RequestTokens(reply.SystemTokens, reply.ToolTokens, reply.MessageTokens));
        Assert.Equal(expected.Total, reply.Tokens);
        Assert.True(reply is { SystemTokens: > 0, ToolTokens: > 0, MessageTokens: > 0 });
    }

    [Fact]
    public async Task Long_texts_and_bodies_are_counted_whole()
    {
        await using var service = await TokenizerFixture.StartAsync();
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Text, 40_000)));
        Assert.True(text.Length > 4 * 1024 * 1024);
        var reply = await service.Client.CountTextAsync(new CountTextRequest { Text = ByteString.CopyFrom(text) });
        Assert.Equal(BpeEncoding.Cl100kBase.CountTokens(text), reply.Tokens);

        var body = Encoding.UTF8.GetBytes($$"""{"messages":[{"role":"user","content":"{{new string('x', 10)}} {{string.Concat(Enumerable.Repeat("some words ", 100_000))}}"}]}""");
        var message = await service.Client.CountMessageAsync(new CountMessageRequest { Body = ByteString.CopyFrom(body) });
        Assert.Equal(RequestTokenCounter.Count(body, BpeEncoding.Cl100kBase).Total, message.Tokens);
    }

    [Fact]
    public async Task An_unknown_encoding_is_refused_with_the_known_ones()
    {
        await using var service = await TokenizerFixture.StartAsync();
        var errors = new List<RpcException>
        {
            await Assert.ThrowsAsync<RpcException>(async () => await service.Client.CountTextAsync(new CountTextRequest { Encoding = "gpt2" })),
            await Assert.ThrowsAsync<RpcException>(async () => await service.Client.CountBatchAsync(new CountBatchRequest { Encoding = "gpt2" })),
            await Assert.ThrowsAsync<RpcException>(async () => await service.Client.CountMessageAsync(new CountMessageRequest { Body = ByteString.CopyFromUtf8("{}"), Encoding = "gpt2" })),
            await Assert.ThrowsAsync<RpcException>(async () =>
            {
                using var call = service.Client.CountStream();
                await call.RequestStream.WriteAllAsync([new TextChunk { Encoding = "gpt2" }]);
                await call;
            }),
        };
        Assert.All(errors, error =>
        {
            Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
            Assert.StartsWith("encoding: \"gpt2\" is not known. Known encodings: cl100k_base, o200k_base", error.Status.Detail, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"messages\":[")]
    [InlineData("secret words")]
    public async Task A_body_that_is_no_JSON_is_refused_without_being_repeated(string body)
    {
        await using var service = await TokenizerFixture.StartAsync();
        var error = await Assert.ThrowsAsync<RpcException>(async () => await service.Client.CountMessageAsync(new CountMessageRequest { Body = ByteString.CopyFromUtf8(body) }));
        Assert.Equal(StatusCode.InvalidArgument, error.StatusCode);
        Assert.StartsWith("body: not valid JSON", error.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_message_above_64_MiB_is_refused_from_its_header()
    {
        await using var service = await TokenizerFixture.StartAsync();
        const string Path = "/ccr.tokenizer.v1.Tokenizer/CountText";
        var over = await RawCall.SendAsync(service.Address, Path, RawCall.Frame([], length: (64 * 1024 * 1024) + 1025));
        Assert.Equal("8", over.Header("grpc-status"));

        // The largest is taken: this one is only missing.
        var largest = await RawCall.SendAsync(service.Address, Path, RawCall.Frame([], length: (64 * 1024 * 1024) + 1024));
        Assert.Equal("13", largest.Header("grpc-status"));
        Assert.Equal("Incomplete message.", largest.Header("grpc-message"));
    }

    [Fact]
    public async Task A_deadline_ends_a_stream_whose_caller_says_nothing()
    {
        await using var service = await TokenizerFixture.StartAsync();

        // On a busy machine a deadline may pass before the call has reached the service, which then knows nothing of it: asked until it does. Which
        // of the two sides saw the deadline first decides the word.
        var asked = 0;
        await Eventually(async () =>
        {
            asked++;
            using var call = service.Client.CountStream(deadline: DateTime.UtcNow.AddMilliseconds(200));
            Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
            var counted = System.Text.RegularExpressions.Regex.Matches(await PageAsync(service), "\\{method=\"CountStream\",code=\"(?:DeadlineExceeded|Cancelled)\"\\} (\\d+)")
                .Sum(static m => int.Parse(m.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
            Assert.InRange(counted, 0, asked);
            return counted > 0;
        });
    }

    [Fact]
    public async Task The_metrics_page_shows_calls_bytes_tokens_and_durations()
    {
        await using var service = await TokenizerFixture.StartAsync();
        await service.Client.CountTextAsync(new CountTextRequest { Text = ByteString.CopyFromUtf8("one two three") });
        await Assert.ThrowsAsync<RpcException>(async () => await service.Client.CountTextAsync(new CountTextRequest { Encoding = "x" }));
        var batch = new CountBatchRequest();
        batch.Texts.Add([ByteString.CopyFromUtf8("one"), ByteString.CopyFromUtf8("two")]);
        await service.Client.CountBatchAsync(batch);
        await Eventually(async () => (await PageAsync(service)).Contains("ccr_tokenizer_texts_total{method=\"CountBatch\"} 2\n", StringComparison.Ordinal));
        var page = await PageAsync(service);
        Assert.Contains("ccr_tokenizer_requests_total{method=\"CountText\",code=\"OK\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("ccr_tokenizer_requests_total{method=\"CountText\",code=\"InvalidArgument\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("ccr_tokenizer_bytes_total{method=\"CountText\"} 13\n", page, StringComparison.Ordinal);
        Assert.Contains("ccr_tokenizer_tokens_total{method=\"CountText\"} 3\n", page, StringComparison.Ordinal);
        Assert.Contains("ccr_tokenizer_duration_seconds_bucket{method=\"CountText\",le=\"+Inf\"} 2\n", page, StringComparison.Ordinal);
        Assert.Contains("ccr_tokenizer_duration_seconds_count{method=\"CountText\"} 2\n", page, StringComparison.Ordinal);
        Assert.DoesNotContain("redis", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_is_there_for_HTTP_2_on_the_main_port()
    {
        await using var service = await TokenizerFixture.StartAsync();
        foreach (var path in (string[])["/health", "/alive"])
        {
            var reply = await RawCall.SendAsync(service.Address, path, [], method: HttpMethod.Get);
            Assert.Equal(HttpStatusCode.OK, reply.Code);
            Assert.Equal("Healthy", Encoding.UTF8.GetString(reply.Body));
        }
    }

    [Fact]
    public async Task The_health_port_speaks_HTTP_1_and_the_main_port_HTTP_2()
    {
        await using var service = TokenizerProcess.Start(("HEALTH_PORT", FreePort(out var port)));
        var address = await service.AddressAsync();
        var health = new Uri($"http://127.0.0.1:{port}");
        await Eventually(async () =>
        {
            try
            {
                return (await RawCall.SendAsync(health, "/health", [], method: HttpMethod.Get, version: HttpVersion.Version11)).Code == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        Assert.Equal(HttpStatusCode.OK, (await RawCall.SendAsync(health, "/alive", [], method: HttpMethod.Get, version: HttpVersion.Version11)).Code);
        var page = await RawCall.SendAsync(health, "/metrics", [], method: HttpMethod.Get, version: HttpVersion.Version11);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", page.Header("content-type"));

        Assert.NotEqual(health.Port, address.Port);
        using var channel = GrpcChannel.ForAddress(address);
        Assert.Equal(1, (await new Tokenizer.V1.Tokenizer.TokenizerClient(channel).CountTextAsync(new CountTextRequest { Text = ByteString.CopyFromUtf8("a") })).Tokens);
        await service.TerminateAsync();
        Assert.Equal(0, await service.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.DoesNotContain(service.Lines, line => line.Contains("Overriding", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SIGTERM_ends_the_service_though_a_caller_holds_a_stream_open()
    {
        await using var service = TokenizerProcess.Start();
        using var channel = GrpcChannel.ForAddress(await service.AddressAsync());
        using var call = new Tokenizer.V1.Tokenizer.TokenizerClient(channel).CountStream();
        await call.RequestStream.WriteAsync(new TextChunk { Text = ByteString.CopyFromUtf8("a") });
        await service.TerminateAsync();

        // The product's own limit is five seconds; the rest is for a busy machine.
        Assert.Equal(0, await service.ExitAsync(TimeSpan.FromSeconds(30)));
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
    }

    [Fact]
    public async Task A_bad_health_port_is_one_clear_line()
    {
        await using var service = TokenizerProcess.Start(("HEALTH_PORT", "eighty"));
        Assert.Equal(2, await service.ExitAsync(TimeSpan.FromSeconds(60)));
        Assert.Equal(["tokenizer: HEALTH_PORT is \"eighty\"; it must be a port number from 1 to 65535, or 0 to open no health port."], service.Lines.Where(l => l.Length > 0));
    }

    internal static async Task Eventually(Func<Task<bool>> isTrue)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await isTrue())
        {
            await Task.Delay(20, timeout.Token);
        }
    }

    private static async Task<string> PageAsync(TokenizerFixture service) =>
        Encoding.UTF8.GetString((await RawCall.SendAsync(service.Address, "/metrics", [], method: HttpMethod.Get)).Body);

    private static string FreePort(out string port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
