using System.CommandLine;
using BenchmarkDotNet.Running;
using Ccr.Bench.Chaos;
using Ccr.Bench.Counting;
using Ccr.Bench.Failover;
using Ccr.Bench.Fuzz;
using Ccr.Bench.Load;
using Ccr.Bench.Tokenization;

namespace Ccr.Bench;

internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        // BenchmarkDotNet reads its own arguments, with rules of its own.
        if (args is ["micro", .. var rest])
        {
            string[] all = rest.Length > 0 && !rest[0].StartsWith('-') ? ["--filter", .. rest] : rest.Length == 0 ? ["--filter", "*"] : rest;
            return BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(all).Any(s => s.HasCriticalValidationErrors || s.Reports.Any(r => !r.Success)) ? 1 : 0;
        }

        var root = new RootCommand("Measures CCR: streams through a proxy under load, small suites, what damaged input does, what becomes of failing providers, whether every request is counted, and token counts.")
        {
            LoadCommand.Create(), FuzzCommand.Create(), FailoverCommand.Create(), ChaosCommand.Create(), CountCommand.Create(), TokensCommand.Create(),
        };
        root.Add(new Command("micro", "BenchmarkDotNet suites: micro [FILTER…] [BenchmarkDotNet options]; without a filter all of them"));
        return await root.Parse(args).InvokeAsync();
    }
}
