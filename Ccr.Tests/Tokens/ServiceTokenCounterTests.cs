using System.Net;
using System.Net.Sockets;
using System.Text;
using Ccr.ProxyService.Tokens;
using Ccr.Tokenization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ccr.Tests.Tokens;

/// <summary>The proxy's side of token counting.</summary>
public sealed class ServiceTokenCounterTests
{
    private static readonly byte[] Body = """{"system":"You are brief.","messages":[{"role":"user","content":"Hello there, how are you?"}]}"""u8.ToArray();
    private static readonly RequestTokens Exact = RequestTokenCounter.Count(Body, BpeEncoding.Cl100kBase);
    private static readonly TokenCount Estimate = new((Body.Length + 3) / 4, TokenCountSource.Estimate);

    [Fact]
    public async Task The_service_counts_when_it_is_there()
    {
        await using var service = await TokenizerFixture.StartAsync();
        await using var proxy = await Proxy.StartAsync(service.Address.AbsoluteUri);
        await TokenizerServiceTests.Eventually(() => Task.FromResult(proxy.State.State == "connected"));
        Assert.Equal(TokenCount.Of(Exact, BpeEncoding.Cl100kBase, TokenCountSource.Service), await proxy.Counter.CountAsync(Body, BpeEncoding.Cl100kBase, default));
        Assert.Equal(TokenCount.Of(Exact, BpeEncoding.Cl100kBase, TokenCountSource.Service), await proxy.ExactCounter.CountExactlyAsync(Body, BpeEncoding.Cl100kBase, default));
    }

    [Fact]
    public async Task A_service_that_says_nothing_costs_the_limit_once_and_then_nothing()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var proxy = await Proxy.StartAsync($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");
        Assert.Equal(Estimate, await proxy.Counter.CountAsync(Body, BpeEncoding.Cl100kBase, default).AsTask().WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Equal("unreachable", proxy.State.State);

        // Now nobody waits any more: the answer is there when the call returns.
        for (var i = 0; i < 100; i++)
        {
            var again = proxy.Counter.CountAsync(Body, BpeEncoding.Cl100kBase, default);
            Assert.True(again.IsCompleted);
            Assert.Equal(Estimate, await again);
        }

        Assert.Equal(TokenCount.Of(Exact, BpeEncoding.Cl100kBase, TokenCountSource.Local), await proxy.ExactCounter.CountExactlyAsync(Body, BpeEncoding.Cl100kBase, default));
        Assert.Single(proxy.Warnings);
        Assert.Contains("does not answer", proxy.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_comes_back_is_found_without_a_request()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        await using var proxy = await Proxy.StartAsync($"http://127.0.0.1:{port}");
        Assert.Equal(Estimate, await proxy.Counter.CountAsync(Body, BpeEncoding.Cl100kBase, default));
        Assert.Equal("unreachable", proxy.State.State);

        await using (await TokenizerFixture.StartAsync($"--urls=http://127.0.0.1:{port}"))
        {
            await TokenizerServiceTests.Eventually(() => Task.FromResult(proxy.State.State == "connected"));
            Assert.Equal(TokenCount.Of(Exact, BpeEncoding.Cl100kBase, TokenCountSource.Service), await proxy.Counter.CountAsync(Body, BpeEncoding.Cl100kBase, default));
        }

        Assert.Equal(Estimate, await proxy.Counter.CountAsync(Body, BpeEncoding.Cl100kBase, default));
        Assert.Equal("unreachable", proxy.State.State);
    }

    [Fact]
    public async Task A_body_that_is_no_JSON_is_estimated_and_is_not_the_services_fault()
    {
        await using var service = await TokenizerFixture.StartAsync();
        await using var proxy = await Proxy.StartAsync(service.Address.AbsoluteUri);
        await TokenizerServiceTests.Eventually(() => Task.FromResult(proxy.State.State == "connected"));
        var bad = "no json"u8.ToArray();
        Assert.Equal(new TokenCount(2, TokenCountSource.Estimate), await proxy.Counter.CountAsync(bad, BpeEncoding.Cl100kBase, default));
        Assert.Equal(new TokenCount(2, TokenCountSource.Estimate), await proxy.ExactCounter.CountExactlyAsync(bad, BpeEncoding.Cl100kBase, default));

        // A machine that is slow for 250 ms may part them for a moment; a fault of the service would last.
        await TokenizerServiceTests.Eventually(() => Task.FromResult(proxy.State.State == "connected"));
    }

    [Fact]
    public async Task A_client_that_leaves_is_not_the_services_fault()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var proxy = await Proxy.StartAsync($"http://127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await proxy.Counter.CountAsync(Body, BpeEncoding.Cl100kBase, new CancellationToken(true)));
    }

    [Fact]
    public async Task Without_an_address_this_process_counts()
    {
        await using var proxy = await Proxy.StartAsync();
        Assert.Equal("in-process", proxy.State.State);
        Assert.Equal(TokenCount.Of(Exact, BpeEncoding.Cl100kBase, TokenCountSource.Local), await proxy.Counter.CountAsync(Body, BpeEncoding.Cl100kBase, default));
        Assert.Equal(TokenCount.Of(Exact, BpeEncoding.Cl100kBase, TokenCountSource.Local), await proxy.ExactCounter.CountExactlyAsync(Body, BpeEncoding.Cl100kBase, default));
        Assert.Equal(new TokenCount(2, TokenCountSource.Estimate), await proxy.Counter.CountAsync("no json"u8.ToArray(), BpeEncoding.Cl100kBase, default));
        Assert.Equal(new TokenCount(0, TokenCountSource.Estimate), await proxy.Counter.CountAsync(Array.Empty<byte>(), BpeEncoding.Cl100kBase, default));
    }

    [Fact]
    public async Task A_huge_body_is_estimated_for_routing_and_counted_for_an_exact_answer()
    {
        await using var proxy = await Proxy.StartAsync();
        var huge = Encoding.UTF8.GetBytes($$"""{"messages":[{"role":"user","content":"{{string.Concat(Enumerable.Repeat("some words ", 200_000))}}"}]}""");
        Assert.True(huge.Length > TokenLimits.RoutingBytes);
        Assert.Equal(TokenEstimate.Of(huge.Length), await proxy.Counter.CountAsync(huge, BpeEncoding.Cl100kBase, default));
        Assert.Equal(TokenCount.Of(RequestTokenCounter.Count(huge, BpeEncoding.Cl100kBase), BpeEncoding.Cl100kBase, TokenCountSource.Local), await proxy.ExactCounter.CountExactlyAsync(huge, BpeEncoding.Cl100kBase, default));
    }

    [Fact]
    public async Task Of_several_services_one_conversation_always_asks_the_same_and_another_one_when_that_is_gone()
    {
        await using var first = await TokenizerFixture.StartAsync();
        await using var second = await TokenizerFixture.StartAsync();
        await using var proxy = await Proxy.StartAsync(first.Address.AbsoluteUri, second.Address.AbsoluteUri);
        var links = proxy.Links;
        var asked = new HashSet<TokenizerLink>();
        for (var conversation = 0; conversation < 40; conversation++)
        {
            var start = $$"""{"model":"m","messages":[{"role":"user","content":"conversation {{conversation}}"}""";
            var link = links.For(Encoding.UTF8.GetBytes(start + "]}"));
            Assert.Same(link, links.For(Encoding.UTF8.GetBytes(start + """,{"role":"assistant","content":"yes"},{"role":"user","content":"go on"}],"stream":true}""")));
            asked.Add(link!);
        }

        // The ports are random, and so is the split; that all 40 go one way happens once in 10^12.
        Assert.Equal(2, asked.Count);
        var own = links.For(Body)!;
        own.Failed("gone");
        Assert.NotSame(own, links.For(Body));
        Assert.Equal(TokenCount.Of(Exact, BpeEncoding.Cl100kBase, TokenCountSource.Service), await proxy.ExactCounter.CountExactlyAsync(Body, BpeEncoding.Cl100kBase, default));
    }

    [Fact]
    public async Task The_service_counts_with_the_encoding_that_is_asked_for()
    {
        await using var service = await TokenizerFixture.StartAsync();
        await using var proxy = await Proxy.StartAsync(service.Address.AbsoluteUri);
        var body = """{"messages":[{"role":"user","content":"Быстрая лиса 跳过懒狗"}]}"""u8.ToArray();
        foreach (var encoding in BpeEncoding.Names.Select(n => BpeEncoding.Find(n)!))
        {
            var count = await proxy.ExactCounter.CountExactlyAsync(body, encoding, default);
            Assert.Equal((RequestTokenCounter.Count(body, encoding), encoding), (count.Parts!.Value, count.Encoding!));
        }
    }

    [Theory]
    [InlineData("tokenizer")]
    [InlineData("ftp://tokenizer")]
    public void An_address_that_is_none_is_refused_by_name(string address)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration[TokensServiceCollectionExtensions.AddressSetting + ":0"] = address;
        var error = Assert.Throws<InvalidOperationException>(builder.AddTokenCounting);
        Assert.Equal($"services:tokenizer:http:0 (environment services__tokenizer__http__0) is \"{address}\"; it must be an address such as http://localhost:5000.", error.Message);
    }

    private sealed class Proxy(IHost host, WarningLog log) : IAsyncDisposable
    {
        public ITokenCounter Counter => host.Services.GetRequiredService<ITokenCounter>();

        public IExactTokenCounter ExactCounter => host.Services.GetRequiredService<IExactTokenCounter>();

        public ITokenizerState State => host.Services.GetRequiredService<ITokenizerState>();

        public TokenizerLinks Links => host.Services.GetRequiredService<TokenizerLinks>();

        public IReadOnlyList<string> Warnings => log.Warnings;

        public static async Task<Proxy> StartAsync(params string?[] addresses)
        {
            var builder = Host.CreateEmptyApplicationBuilder(null);
            var log = new WarningLog();
            builder.Logging.AddProvider(log);
            for (var i = 0; i < addresses.Length; i++)
            {
                builder.Configuration[$"{TokensServiceCollectionExtensions.AddressSetting}:{i}"] = addresses[i];
            }

            builder.AddTokenCounting();
            var host = builder.Build();
            await host.StartAsync();
            return new Proxy(host, log);
        }

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }

    private sealed class WarningLog : ILoggerProvider, ILogger
    {
        private readonly List<string> _warnings = [];

        public IReadOnlyList<string> Warnings
        {
            get
            {
                lock (_warnings)
                {
                    return [.. _warnings];
                }
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lock (_warnings)
                {
                    _warnings.Add(formatter(state, exception));
                }
            }
        }
    }
}
