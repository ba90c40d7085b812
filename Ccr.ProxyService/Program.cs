using Ccr.ProxyService.Cli;

namespace Ccr.ProxyService;

internal static class Program
{
    private static Task<int> Main(string[] args) => CommandLine.RunAsync(args);
}
