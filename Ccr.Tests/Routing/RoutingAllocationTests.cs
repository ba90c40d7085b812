using System.Text;
using Ccr.Protocols.Anthropic;
using Ccr.ProxyService.Dialects;
using Ccr.ProxyService.Dispatch;
using Ccr.ProxyService.Endpoints;
using Ccr.ProxyService.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Ccr.Tests.Routing;

/// <summary>Reasons are data, but they cost next to nothing where nobody asks for them.</summary>
public sealed class RoutingAllocationTests
{
    // Unoptimised builds, as tests are, also allocate the state machines of asynchronous methods.
    private const long Most = 2048;

    [Theory]
    [InlineData("claude-sonnet-4-5")]
    [InlineData("one,Big")]
    [InlineData("claude-haiku-4-5")]
    public async Task An_ordinary_request_is_routed_in_less_than_two_kilobytes(string model)
    {
        await using var proxy = await RoutedProxy.StartAsync("\"default\": \"one,m\", \"background\": \"one,m\", \"think\": \"one,Big\", \"longContext\": \"one,Big\", \"webSearch\": \"one,Big\", \"image\": \"one,Big\"");
        var router = proxy.Proxy.Services.GetRequiredService<RequestRouter>();
        var call = new ProxyCall(new DefaultHttpContext(), ClientDialects.Anthropic, proxy.Proxy.Store.Current, "req_1", 0, DateTimeOffset.UnixEpoch);
        call.Own(PooledBody.Of(Encoding.UTF8.GetBytes(RoutedProxy.Body(model))));
        call.Peek = AnthropicRequestPeek.Read(call.Body);
        long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var routed = router.RouteAsync(new(call) { Peek = AnthropicRequestPeek.Read }, CancellationToken.None);
            Assert.True(routed.IsCompletedSuccessfully);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Measure();
        var allocated = Measure();
        Assert.True(allocated < Most, $"{allocated} bytes");
    }
}
