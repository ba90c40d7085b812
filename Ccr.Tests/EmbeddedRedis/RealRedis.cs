using System.Diagnostics;
using System.Net.Sockets;
using Ccr.Tests.Parts;

namespace Ccr.Tests.EmbeddedRedis;

/// <summary>A redis-server of its own on a Unix socket in a temporary folder, without persistence.</summary>
internal sealed class RealRedis : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _folder;

    private RealRedis(Process process, DirectoryInfo folder, string socket)
    {
        _process = process;
        _folder = folder;
        Endpoint = new UnixDomainSocketEndPoint(socket);
    }

    public UnixDomainSocketEndPoint Endpoint { get; }

    public static async Task<RealRedis> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("ccr-redis-");
        var socket = Path.Combine(folder.FullName, "s");
        var start = new ProcessStartInfo(Part.Program("redis-server")!) { RedirectStandardOutput = true, WorkingDirectory = folder.FullName };
        foreach (var argument in new[] { "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--daemonize", "no" })
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var server = new RealRedis(process, folder, socket);
        await Wait.UntilAsync("redis-server listens", () => Task.FromResult(File.Exists(socket)));
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(10)).Token);
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
