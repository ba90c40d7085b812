namespace Ccr.Bench.Processes;

/// <summary>Starts the solution's services as children.</summary>
internal static class ChildServices
{
    /// <summary>A simulator that keeps that many requests in its log.</summary>
    public static async Task<(ChildProgram Program, Uri Address)> SimulatorAsync(int keptRequests, int seed, CancellationToken cancel)
    {
        var address = Loopback(ChildProgram.FreePort());
        var program = ChildProgram.Start(Programs.Simulator, ["--urls", address.ToString(), "--KeptRequests", $"{keptRequests}", "--Seed", $"{seed}"]);
        await program.WhenAnsweringAsync(new Uri(address, "/health"), cancel);
        return (program, address);
    }

    /// <summary>A proxy with that configuration, whose home is <paramref name="folder"/>.</summary>
    public static async Task<(ChildProgram Program, Uri Address)> ProxyAsync(DirectoryInfo folder, string name, string config, IEnumerable<KeyValuePair<string, string>> variables, CancellationToken cancel)
    {
        var home = folder.CreateSubdirectory(name);
        var file = Path.Combine(home.FullName, "config.json");
        await File.WriteAllTextAsync(file, config, cancel);
        var port = ChildProgram.FreePort();
        var program = ChildProgram.Start(Programs.Proxy, ["start", "--config", file, "--port", $"{port}"], [new("HOME", home.FullName), .. variables]);
        await program.WhenAnsweringAsync(new Uri(Loopback(port), "/health"), cancel);
        return (program, Loopback(port));
    }

    /// <summary>The address of a port of this machine.</summary>
    public static Uri Loopback(int port) => new($"http://127.0.0.1:{port}/");
}
