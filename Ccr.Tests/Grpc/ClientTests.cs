using System.Net;
using System.Net.Sockets;
using Ccr.Tests.Grpc.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Ccr.Tests.Grpc;

/// <summary>The client with our own server, and with servers that answer badly.</summary>
public sealed class ClientTests
{
    public static TheoryData<string> Behaviours => ClientBehaviour.Names;

    [Theory(Timeout = 60_000)]
    [MemberData(nameof(Behaviours))]
    public async Task With_our_server(string behaviour)
    {
        await using var host = await EchoHost.StartAsync(options => options.MaxReceiveMessageSize = null);
        await ClientBehaviour.All[behaviour](host.Address);
    }

    [Theory]
    [InlineData(400, StatusCode.Internal)]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(403, StatusCode.PermissionDenied)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(418, StatusCode.Unknown)]
    [InlineData(429, StatusCode.Unavailable)]
    [InlineData(431, StatusCode.Internal)]
    [InlineData(500, StatusCode.Unknown)]
    [InlineData(502, StatusCode.Unavailable)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(504, StatusCode.Unavailable)]
    public async Task An_HTTP_status_becomes_a_code(int http, StatusCode expected)
    {
        await using var app = await ServeAsync(context =>
        {
            context.Response.StatusCode = http;
            return Task.CompletedTask;
        });
        var error = await FailAsync(app);
        Assert.Equal(expected, error.StatusCode);
        Assert.Equal($"Bad gRPC response. HTTP status code: {http}", error.Status.Detail);
    }

    [Fact]
    public async Task A_status_in_the_headers_wins_over_HTTP()
    {
        await using var app = await ServeAsync(context =>
        {
            context.Response.StatusCode = 503;
            context.Response.Headers["grpc-status"] = "9";
            context.Response.Headers["grpc-message"] = "a%20b";
            return Task.CompletedTask;
        });
        var error = await FailAsync(app);
        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Equal("a b", error.Status.Detail);
    }

    [Fact]
    public async Task A_response_without_a_status_is_cancelled()
    {
        await using var app = await ServeAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.BodyWriter.WriteAsync(RawCall.Frame(new EchoReply { Number = 1 }.ToByteArray()));
        });
        var error = await FailAsync(app);
        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.Equal("No grpc-status found on response.", error.Status.Detail);
    }

    [Fact]
    public async Task A_success_without_a_message_is_an_error()
    {
        await using var app = await ServeAsync(context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "0";
            return Task.CompletedTask;
        });
        Assert.Equal(StatusCode.Internal, (await FailAsync(app)).StatusCode);
    }

    [Theory]
    [InlineData(0x8, StatusCode.Cancelled)]
    [InlineData(0x7, StatusCode.Unavailable)]
    [InlineData(0xb, StatusCode.ResourceExhausted)]
    [InlineData(0xc, StatusCode.PermissionDenied)]
    [InlineData(0x2, StatusCode.Internal)]
    public async Task A_reset_becomes_a_code(int code, StatusCode expected)
    {
        await using var app = await ServeAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.StartAsync();
            context.Features.Get<IHttpResetFeature>()!.Reset(code);
        });
        Assert.Equal(expected, (await FailAsync(app)).StatusCode);
    }

    [Fact]
    public async Task A_reply_that_is_cut_is_incomplete()
    {
        await using var app = await ServeAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.BodyWriter.WriteAsync(RawCall.Frame([1, 2], length: 100));
        });
        Assert.Equal("Incomplete message.", (await FailAsync(app)).Status.Detail);
    }

    [Fact]
    public async Task Another_content_type_is_no_gRPC()
    {
        await using var app = await ServeAsync(context => context.Response.WriteAsync("<html>"));
        Assert.Equal("Bad gRPC response. Response did not have a content-type header.", (await FailAsync(app)).Status.Detail);
    }

    [Fact]
    public async Task A_closed_port_is_unavailable()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        using var channel = GrpcChannel.ForAddress($"http://127.0.0.1:{port}");
        using var call = new Echo.EchoClient(channel).UnaryAsync(new EchoRequest());
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync);
        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.StartsWith("Error starting gRPC call. HttpRequestException:", error.Status.Detail, StringComparison.Ordinal);
        Assert.IsType<HttpRequestException>(error.InnerException);
        Assert.Equal(StatusCode.Unavailable, call.GetStatus().StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseHeadersAsync)).StatusCode);
    }

    [Fact]
    public async Task A_service_sees_the_caller_and_its_deadline_and_its_leaving()
    {
        await using var host = await EchoHost.StartAsync();
        using var channel = GrpcChannel.ForAddress(host.Address);
        var client = new Echo.EchoClient(channel);
        var about = await client.UnaryAsync(new EchoRequest { Script = "about" }, new Metadata { { "grpc-internal-encoding-request", "deflate" } });
        Assert.Equal($"/ccr.test.v1.Echo/Unary|{host.Address.Authority}|ipv4|HTTP/2|deflate", about.Payload.ToStringUtf8());
        Assert.Contains("|other.host|", client.WithHost("other.host").Unary(new EchoRequest { Script = "about" }).Payload.ToStringUtf8(), StringComparison.Ordinal);

        using var source = new CancellationTokenSource();
        var before = DateTime.UtcNow;
        using var call = client.ServerStream(new EchoRequest { Script = "wait", Count = 1 }, deadline: before.AddMinutes(5), cancellationToken: source.Token);
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        source.Cancel();
        await host.Probe.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Disposing_a_call_tells_the_service()
    {
        await using var host = await EchoHost.StartAsync();
        using var channel = GrpcChannel.ForAddress(host.Address);
        var call = new Echo.EchoClient(channel).ServerStream(new EchoRequest { Script = "wait", Count = 1 });
        Assert.True(await call.ResponseStream.MoveNext());
        call.Dispose();
        await host.Probe.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_deadline_frees_the_service_from_a_caller_that_does_not_read()
    {
        await using var host = await EchoHost.StartAsync();
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(host.Address, "/ccr.test.v1.Echo/ServerStream"))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(RawCall.Frame(new EchoRequest { Script = "flood", Payload = EchoProbe.Pattern(100_000) }.ToByteArray())),
        };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/grpc");
        request.Headers.TryAddWithoutValidation("grpc-timeout", "300m");

        // The response stays open and unread, so nothing but the deadline can end the service's pending write.
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await host.Probe.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Two_writes_at_once_are_an_error_of_the_service()
    {
        await using var host = await EchoHost.StartAsync(options => options.EnableDetailedErrors = true);
        using var channel = GrpcChannel.ForAddress(host.Address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        using var call = new Echo.EchoClient(channel).ServerStream(new EchoRequest { Script = "two at once" });
        var error = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var _ in call.ResponseStream.ReadAllAsync())
            {
            }
        });
        Assert.Contains("previous write is in progress", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registered_client_comes_from_the_container()
    {
        await using var host = await EchoHost.StartAsync();
        var services = new ServiceCollection();
        services.AddGrpcClient<Echo.EchoClient>(options => options.Address = host.Address)
            .AddHttpMessageHandler(() => new Tag());
        await using var provider = services.BuildServiceProvider();
        var client = provider.GetRequiredService<Echo.EchoClient>();
        Assert.NotSame(client, provider.GetRequiredService<Echo.EchoClient>());
        using var call = client.UnaryAsync(new EchoRequest { Script = "metadata" });
        Assert.Equal("handler", (await call.ResponseHeadersAsync).GetValue("x-echo"));
        await call;
    }

    [Fact]
    public async Task A_registered_client_without_an_address_says_so()
    {
        var services = new ServiceCollection();
        services.AddGrpcClient<Echo.EchoClient>();
        await using var provider = services.BuildServiceProvider();
        var error = Assert.Throws<InvalidOperationException>(provider.GetRequiredService<Echo.EchoClient>);
        Assert.Contains("Could not resolve the address for gRPC client 'EchoClient'", error.Message, StringComparison.Ordinal);
    }

    private static async Task<RpcException> FailAsync(WebApplication app)
    {
        using var channel = GrpcChannel.ForAddress(app.Urls.First());
        return await Assert.ThrowsAsync<RpcException>(async () => await new Echo.EchoClient(channel).UnaryAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddSeconds(30)));
    }

    private static async Task<WebApplication> ServeAsync(RequestDelegate serve)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(serve);
        await app.StartAsync();
        return app;
    }

    private sealed class Tag : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation("x-echo", "handler");
            return base.SendAsync(request, cancellationToken);
        }
    }
}
