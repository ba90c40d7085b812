using System.IO.Compression;
using System.Net;
using Ccr.Tests.Grpc.V1;
using Google.Protobuf;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Ccr.Tests.Grpc;

/// <summary>The replies of the real grpc-dotnet server, recorded once, byte for byte where it matters.</summary>
public sealed class WireReplyTests
{
    private static readonly byte[] Hello = RawCall.Frame(new EchoRequest { Payload = ByteString.CopyFromUtf8("hello") }.ToByteArray());

    [Fact]
    public async Task A_good_call_has_headers_a_message_and_the_status_in_the_trailers()
    {
        await using var host = await EchoHost.StartAsync();
        var reply = await RawCall.SendAsync(host.Address, RawCall.Unary, Hello);
        Assert.Equal(HttpStatusCode.OK, reply.Code);
        Assert.Equal("application/grpc", reply.Header("content-type"));
        Assert.Equal("identity", reply.Header("grpc-encoding"));
        Assert.Null(reply.Header("grpc-status"));
        Assert.Equal("0", reply.Trailer("grpc-status"));
        Assert.Null(reply.Trailer("grpc-message"));
        Assert.Equal(RawCall.Frame(new EchoReply { Payload = ByteString.CopyFromUtf8("hello"), Number = 5 }.ToByteArray()), reply.Body);
    }

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc;charset=utf-8")]
    [InlineData("Application/GRPC")]
    public async Task Forms_of_the_content_type_are_accepted(string contentType)
    {
        await using var host = await EchoHost.StartAsync();
        var reply = await RawCall.SendAsync(host.Address, RawCall.Unary, Hello, contentType);
        Assert.Equal("0", reply.Trailer("grpc-status"));
    }

    [Theory]
    [InlineData("application/json", "Content-Type 'application/json' is not supported.")]
    [InlineData("application/grpcx", "Content-Type 'application/grpcx' is not supported.")]
    [InlineData(null, "Content-Type is missing from the request.")]
    public async Task Another_content_type_is_415(string? contentType, string message)
    {
        await using var host = await EchoHost.StartAsync();
        var reply = await RawCall.SendAsync(host.Address, RawCall.Unary, Hello, contentType);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, reply.Code);
        Assert.Equal("13", reply.Header("grpc-status"));
        Assert.Equal(message, reply.Header("grpc-message"));
    }

    [Fact]
    public async Task HTTP_1_is_426_and_names_the_upgrade()
    {
        await using var host = await EchoHost.StartAsync(protocols: HttpProtocols.Http1);
        var reply = await RawCall.SendAsync(host.Address, RawCall.Unary, Hello, version: HttpVersion.Version11);
        Assert.Equal(HttpStatusCode.UpgradeRequired, reply.Code);
        Assert.Equal("HTTP/2", reply.Header("upgrade"));
        Assert.Equal("13", reply.Header("grpc-status"));
        Assert.Equal("Request protocol 'HTTP/1.1' is not supported.", reply.Header("grpc-message"));
    }

    [Theory]
    [InlineData("/ccr.test.v1.Echo/Nothing", "Method is unimplemented.")]
    [InlineData("/other.Service/Unary", "Service is unimplemented.")]
    public async Task Unknown_names_are_unimplemented(string path, string message)
    {
        await using var host = await EchoHost.StartAsync();
        var reply = await RawCall.SendAsync(host.Address, path, Hello);
        Assert.Equal(HttpStatusCode.OK, reply.Code);
        Assert.Equal("12", reply.Header("grpc-status"));
        Assert.Equal(message, reply.Header("grpc-message"));
    }

    [Fact]
    public async Task Unknown_names_can_be_left_to_other_endpoints()
    {
        await using var host = await EchoHost.StartAsync(options => options.IgnoreUnknownServices = true);
        Assert.Equal(HttpStatusCode.NotFound, (await RawCall.SendAsync(host.Address, "/other.Service/Unary", Hello)).Code);
    }

    [Fact]
    public async Task A_GET_is_404()
    {
        await using var host = await EchoHost.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await RawCall.SendAsync(host.Address, RawCall.Unary, [], method: HttpMethod.Get)).Code);
    }

    [Fact]
    public async Task An_error_before_any_message_is_in_the_headers_only()
    {
        await using var host = await EchoHost.StartAsync();
        var reply = await RawCall.SendAsync(host.Address, RawCall.Unary, RawCall.Frame(new EchoRequest { Script = "error" }.ToByteArray()));
        Assert.Equal(HttpStatusCode.OK, reply.Code);
        Assert.Equal("3", reply.Header("grpc-status"));
        Assert.Equal("empty %E2%80%94 text %25", reply.Header("grpc-message"));
        Assert.Equal("because", reply.Header("x-reason"));
        Assert.Equal("AAH+/w==", reply.Header("x-blob-bin"));
        Assert.Equal("0", reply.Header("content-length"));
        Assert.Empty(reply.Trailers);
        Assert.Empty(reply.Body);
    }

    [Theory]
    [InlineData("crash", "2", "Exception was thrown by handler.")]
    [InlineData("null", "1", "No message returned from method.")]
    public async Task A_handler_that_fails_is_named_without_its_secrets(string script, string status, string message)
    {
        await using var host = await EchoHost.StartAsync();
        var reply = await RawCall.SendAsync(host.Address, RawCall.Unary, RawCall.Frame(new EchoRequest { Script = script }.ToByteArray()));
        Assert.Equal(status, reply.Header("grpc-status"));
        Assert.Equal(message, reply.Header("grpc-message"));
    }

    [Fact]
    public async Task Detailed_errors_name_the_exception()
    {
        await using var host = await EchoHost.StartAsync(options => options.EnableDetailedErrors = true);
        var reply = await RawCall.SendAsync(host.Address, RawCall.Unary, RawCall.Frame(new EchoRequest { Script = "crash" }.ToByteArray()));
        Assert.Equal("Exception was thrown by handler. InvalidOperationException: secret detail", reply.Header("grpc-message"));
    }

    [Fact]
    public async Task No_message_or_part_of_one_is_incomplete()
    {
        await using var host = await EchoHost.StartAsync();
        foreach (var cut in Enumerable.Range(0, Hello.Length))
        {
            var reply = await RawCall.SendAsync(host.Address, RawCall.Unary, Hello[..cut]);
            Assert.Equal("13", reply.Header("grpc-status"));
            Assert.Equal("Incomplete message.", reply.Header("grpc-message"));
        }
    }

    [Fact]
    public async Task A_second_message_is_too_much()
    {
        await using var host = await EchoHost.StartAsync();
        var reply = await RawCall.SendAsync(host.Address, RawCall.Unary, [.. Hello, .. Hello]);
        Assert.Equal("13", reply.Header("grpc-status"));
        Assert.Equal("Additional data after the message received.", reply.Header("grpc-message"));
    }

    [Fact]
    public async Task A_message_above_the_limit_is_refused_from_its_header()
    {
        await using var host = await EchoHost.StartAsync(options => options.MaxReceiveMessageSize = 10);

        // Only the header is sent: the answer cannot come from the payload.
        var reply = await RawCall.SendAsync(host.Address, RawCall.Unary, RawCall.Frame([], length: 11));
        Assert.Equal("8", reply.Header("grpc-status"));
        Assert.Equal("Received message exceeds the maximum configured message size.", reply.Header("grpc-message"));

        var exact = new EchoRequest { Payload = ByteString.CopyFromUtf8("12345678") }.ToByteArray();
        Assert.Equal(10, exact.Length);
        Assert.Equal("0", (await RawCall.SendAsync(host.Address, RawCall.Unary, RawCall.Frame(exact))).Trailer("grpc-status"));
    }

    [Fact]
    public async Task A_length_beyond_all_limits_is_refused()
    {
        await using var host = await EchoHost.StartAsync(options => options.MaxReceiveMessageSize = null);
        var reply = await RawCall.SendAsync(host.Address, RawCall.Unary, RawCall.Frame([1, 2, 3], length: -1));
        Assert.Equal("8", reply.Header("grpc-status"));
    }

    [Fact]
    public async Task A_small_gzip_message_that_grows_above_the_limit_is_refused()
    {
        await using var host = await EchoHost.StartAsync(options => options.MaxReceiveMessageSize = 100_000);
        var bomb = Gzip(new EchoRequest { Payload = ByteString.CopyFrom(new byte[5_000_000]) }.ToByteArray());
        Assert.True(bomb.Length < 100_000);
        var reply = await RawCall.SendAsync(host.Address, RawCall.Unary, RawCall.Frame(bomb, compressed: true), headers: ("grpc-encoding", "gzip"));
        Assert.Equal("8", reply.Header("grpc-status"));
    }

    [Fact]
    public async Task The_compressed_flag_needs_an_encoding_that_is_known()
    {
        await using var host = await EchoHost.StartAsync();
        var body = RawCall.Frame(Gzip(new EchoRequest { Payload = ByteString.CopyFromUtf8("hello") }.ToByteArray()), compressed: true);

        var good = await RawCall.SendAsync(host.Address, RawCall.Unary, body, headers: ("grpc-encoding", "gzip"));
        Assert.Equal("0", good.Trailer("grpc-status"));

        var without = await RawCall.SendAsync(host.Address, RawCall.Unary, body);
        Assert.Equal("13", without.Header("grpc-status"));

        var unknown = await RawCall.SendAsync(host.Address, RawCall.Unary, body, headers: ("grpc-encoding", "x"));
        Assert.Equal("12", unknown.Header("grpc-status"));
        Assert.Equal("Unsupported grpc-encoding value 'x'. Supported encodings: identity, gzip, deflate", unknown.Header("grpc-message"));
        Assert.Equal("identity,gzip,deflate", unknown.Header("grpc-accept-encoding"));

        var flag = (byte[])Hello.Clone();
        flag[0] = 2;
        Assert.Equal("13", (await RawCall.SendAsync(host.Address, RawCall.Unary, flag)).Header("grpc-status"));
    }

    [Fact]
    public async Task Replies_are_compressed_for_callers_that_accept_it()
    {
        await using var host = await EchoHost.StartAsync(options => options.ResponseCompressionAlgorithm = "gzip");
        var body = RawCall.Frame(new EchoRequest { Count = 10_000 }.ToByteArray());

        var plain = await RawCall.SendAsync(host.Address, RawCall.Unary, body);
        Assert.Equal("identity", plain.Header("grpc-encoding"));
        Assert.Equal(0, plain.Body[0]);

        var packed = await RawCall.SendAsync(host.Address, RawCall.Unary, body, headers: ("grpc-accept-encoding", "identity, gzip"));
        Assert.Equal("gzip", packed.Header("grpc-encoding"));
        Assert.Equal(1, packed.Body[0]);
        Assert.True(packed.Body.Length < plain.Body.Length / 2);
        using var unpacked = new MemoryStream();
        new GZipStream(new MemoryStream(packed.Body, 5, packed.Body.Length - 5), CompressionMode.Decompress).CopyTo(unpacked);
        Assert.Equal(plain.Body[5..], unpacked.ToArray());
    }

    [Theory]
    [InlineData("50m")]
    [InlineData("50000u")]
    [InlineData("50000000n")]
    public async Task A_passed_deadline_is_answered_by_the_server(string timeout)
    {
        await using var host = await EchoHost.StartAsync();
        var reply = await RawCall.SendAsync(host.Address, RawCall.Unary, RawCall.Frame(new EchoRequest { Script = "wait" }.ToByteArray()), headers: ("grpc-timeout", timeout));
        Assert.Equal("4", reply.Header("grpc-status"));
        Assert.Equal("Deadline Exceeded", reply.Header("grpc-message"));
        await host.Probe.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("5x")]
    [InlineData("1n")]
    [InlineData("0S")]
    [InlineData("123456789S")]
    [InlineData("-1S")]
    [InlineData("S")]
    [InlineData("99999999H")]
    public async Task A_deadline_that_says_nothing_is_none(string timeout)
    {
        await using var host = await EchoHost.StartAsync();
        Assert.Equal("0", (await RawCall.SendAsync(host.Address, RawCall.Unary, Hello, headers: ("grpc-timeout", timeout))).Trailer("grpc-status"));
    }

    [Fact]
    public async Task Messages_may_share_and_span_frames()
    {
        await using var host = await EchoHost.StartAsync();
        var reply = await RawCall.SendAsync(host.Address, "/ccr.test.v1.Echo/ClientStream", [.. Hello, .. Hello, .. Hello]);
        Assert.Equal("0", reply.Trailer("grpc-status"));
        Assert.Equal(new EchoReply { Number = 3, Payload = ByteString.CopyFromUtf8("hellohellohello") }, EchoReply.Parser.ParseFrom(reply.Body, 5, reply.Body.Length - 5));
    }

    [Fact]
    public async Task The_service_is_made_for_the_call_and_disposed()
    {
        await using var host = await EchoHost.StartAsync();
        await RawCall.SendAsync(host.Address, RawCall.Unary, Hello);
        await RawCall.SendAsync(host.Address, RawCall.Unary, RawCall.Frame(new EchoRequest { Script = "crash" }.ToByteArray()));

        // The second object is disposed after its answer has gone out.
        var end = DateTime.UtcNow.AddSeconds(10);
        while (host.Probe.Disposed < 2 && DateTime.UtcNow < end)
        {
            await Task.Delay(10);
        }

        Assert.Equal(2, host.Probe.Disposed);
    }

    private static byte[] Gzip(byte[] plain)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Fastest))
        {
            gzip.Write(plain);
        }

        return result.ToArray();
    }
}
