extern alias tokenizer;
using System.Text.RegularExpressions;
using Ccr.Tests.Grpc;
using Ccr.Tests.Tokenization;
using Ccr.Tokenization;
using Ccr.Tokenizer.V1;
using Ccr.TokenizerService.Health.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static Ccr.TokenizerService.Health.V1.HealthCheckResponse.Types;

namespace Ccr.Tests.Tokens;

/// <summary>The tokenizer service's memory of texts, and its health over gRPC.</summary>
public sealed partial class TokenizerCacheTests
{
    [Fact]
    public async Task A_conversation_of_200_turns_is_encoded_once()
    {
        await using var service = await TokenizerFixture.StartAsync();
        var sent = 0L;
        for (var turn = 1; turn <= 200; turn++)
        {
            var body = Conversation.Body(turn);
            sent += body.Length;
            var reply = await service.Client.CountMessageAsync(new CountMessageRequest { Body = ByteString.CopyFrom(body), Encoding = "o200k_base" });
            if (turn % 100 == 0)
            {
                Assert.Equal(RequestTokenCounter.Count(body, BpeEncoding.O200kBase).Total, reply.Tokens);
            }
        }

        var page = System.Text.Encoding.UTF8.GetString((await RawCall.SendAsync(service.Address, "/metrics", [], method: HttpMethod.Get)).Body);
        var numbers = CacheLine().Matches(page).ToDictionary(m => m.Groups[1].Value, m => double.Parse(m.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(numbers["encoded_bytes"] < sent / 50.0, page);
        Assert.True(numbers["hits"] > 0.95 * (numbers["hits"] + numbers["misses"]), page);
        Assert.True(numbers["known_bytes"] > 0.5 * sent, page);
    }

    [Fact]
    public async Task A_batch_finds_the_texts_that_single_calls_have_counted()
    {
        await using var service = await TokenizerFixture.StartAsync();
        var text = ByteString.CopyFromUtf8(string.Concat(Enumerable.Repeat("a text that is long enough to be kept ", 5)));
        var single = await service.Client.CountTextAsync(new CountTextRequest { Text = text });
        var batch = new CountBatchRequest();
        batch.Texts.Add([text, text]);
        Assert.Equal([single.Tokens, single.Tokens], (await service.Client.CountBatchAsync(batch)).Tokens);
        Assert.Equal((2, 1), (service.Services.GetRequiredService<TextCountCache>().Totals.Hits, service.Services.GetRequiredService<TextCountCache>().Totals.Misses));
    }

    [Fact]
    public async Task Health_is_told_over_gRPC_by_name()
    {
        await using var service = await TokenizerFixture.StartAsync();
        using var channel = GrpcChannel.ForAddress(service.Address);
        var client = new Health.HealthClient(channel);
        Assert.Equal(ServingStatus.Serving, (await client.CheckAsync(new HealthCheckRequest())).Status);
        Assert.Equal(ServingStatus.Serving, (await client.CheckAsync(new HealthCheckRequest { Service = "ccr.tokenizer.v1.Tokenizer" })).Status);
        var error = await Assert.ThrowsAsync<RpcException>(async () => await client.CheckAsync(new HealthCheckRequest { Service = "another" }));
        Assert.Equal(StatusCode.NotFound, error.StatusCode);
    }

    [Fact]
    public async Task A_watch_tells_the_state_at_once_and_the_end_of_it()
    {
        await using var service = await TokenizerFixture.StartAsync();
        using var channel = GrpcChannel.ForAddress(service.Address);
        var client = new Health.HealthClient(channel);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        using var watch = client.Watch(new HealthCheckRequest(), cancellationToken: limit.Token);
        using var unknown = client.Watch(new HealthCheckRequest { Service = "another" }, cancellationToken: limit.Token);
        Assert.True(await watch.ResponseStream.MoveNext(limit.Token));
        Assert.Equal(ServingStatus.Serving, watch.ResponseStream.Current.Status);
        Assert.True(await unknown.ResponseStream.MoveNext(limit.Token));
        Assert.Equal(ServingStatus.ServiceUnknown, unknown.ResponseStream.Current.Status);
        service.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.True(await watch.ResponseStream.MoveNext(limit.Token));
        Assert.Equal(ServingStatus.NotServing, watch.ResponseStream.Current.Status);
    }

    [GeneratedRegex(@"^ccr_tokenizer_cache_(\w+)_total (\S+)$", RegexOptions.Multiline)]
    private static partial Regex CacheLine();
}
