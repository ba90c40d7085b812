using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Ccr.Tests.Parts;

namespace Ccr.Tests.Usage;

/// <summary>A real redis-server on a free port that keeps its data through kills (appendfsync always).</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ccr-redis-");
    private Process? _process;

    /// <summary>For <paramref name="port"/> 0 a free one is taken.</summary>
    public RedisServer(int port = 0) => Port = port == 0 ? FreePort() : port;

    public int Port { get; }

    public string ConnectionString => $"127.0.0.1:{Port}";

    public static async Task<RedisServer> StartNewAsync()
    {
        var server = new RedisServer();
        await server.StartAsync();
        return server;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts it, with the data of before, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        var deadline = Stopwatch.StartNew();
        while (true)
        {
            _process ??= Process.Start(new ProcessStartInfo(Part.Program("redis-server")!)
            {
                ArgumentList =
                {
                    "--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _folder.FullName, "--save", "", "--appendonly", "yes",
                    "--appendfsync", "always", "--loglevel", "warning",
                },
                RedirectStandardOutput = true,
            })!;
            if (await AnswersAsync())
            {
                return;
            }

            if (_process.HasExited)
            {
                // The port of the one before may still be closing.
                _process = null;
            }

            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(20), "redis-server did not start");
            await Task.Delay(20);
        }
    }

    /// <summary>SIGKILL: no goodbye, no flush.</summary>
    public void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process = null;
    }

    /// <summary>Stops it from running without ending it (SIGSTOP), or lets it run on (SIGCONT).</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process!.Id}"]);
        kill.WaitForExit();
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
            var reply = new byte[64];
            var length = await client.GetStream().ReadAsync(reply);
            return Encoding.ASCII.GetString(reply, 0, length).StartsWith("+PONG", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
