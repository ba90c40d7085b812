using System.Diagnostics;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Grpc;

/// <summary>The stand-in against grpc-js: its client with our server, and our client with its server.</summary>
public sealed class GrpcJsTests
{
    public static TheoryData<string> Behaviours => ClientBehaviour.Names;

    [NeedsTheory("node", "npm:@grpc/grpc-js", "npm:@grpc/proto-loader")]
    [InlineData("unary echoes")]
    [InlineData("an error has its code, sentence and trailers")]
    [InlineData("a handler that crashes is unknown")]
    [InlineData("a status may come with a message")]
    [InlineData("metadata goes there and back")]
    [InlineData("server streaming brings all in order")]
    [InlineData("an error after messages comes after them")]
    [InlineData("client streaming sends all")]
    [InlineData("an early answer ends the writing")]
    [InlineData("duplex is a conversation")]
    [InlineData("a deadline ends a call that waits")]
    [InlineData("a long deadline is no hindrance")]
    [InlineData("a cancelled stream ends")]
    [InlineData("big messages go both ways")]
    [InlineData("a message above the limit is refused")]
    [InlineData("gzip in both directions")]
    [InlineData("deflate in both directions")]
    [InlineData("many calls at once")]
    public async Task Its_client_with_our_server(string behaviour)
    {
        await using var host = await EchoHost.StartAsync(options => options.MaxReceiveMessageSize = 30_000_000);
        using var node = Node("echo-client.mjs", host.Address.Authority, behaviour);
        var errors = node.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await node.WaitForExitAsync(timeout.Token);
        }
        finally
        {
            node.Kill();
        }

        Assert.True(node.ExitCode == 0, await errors);
        if (behaviour.StartsWith("a cancelled", StringComparison.Ordinal))
        {
            await host.Probe.Cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
        }
    }

    [NeedsTheory("node", "npm:@grpc/grpc-js", "npm:@grpc/proto-loader")]
    [MemberData(nameof(Behaviours))]
    public async Task Our_client_with_its_server(string behaviour)
    {
        using var node = Node("echo-server.mjs");
        try
        {
            var port = await node.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.False(string.IsNullOrEmpty(port), "grpc-js did not start.");
            await ClientBehaviour.All[behaviour](new Uri($"http://127.0.0.1:{port}"));
        }
        finally
        {
            node.Kill();
        }
    }

    private static Process Node(string script, params string[] arguments) => Process.Start(new ProcessStartInfo(
        Part.Program("node")!,
        [Path.Combine(Part.Repository, "Ccr.Tests", "Grpc", script), .. arguments])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
