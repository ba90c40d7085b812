using System.Diagnostics;
using System.Globalization;
using Ccr.Tokenization;

namespace Ccr.Bench.Tokenization;

/// <summary>
/// Counts the same texts with this repository's encoder and, in the same run, with npm <c>tiktoken</c> (WASM) and npm
/// <c>gpt-tokenizer</c>; prints megabytes per second of processor time on one thread and fails when any count differs. Without the
/// environment variable CCR_NODE_TOOLS (the folder whose node_modules holds both) only the first is measured.
/// </summary>
internal static class TokenizerComparison
{
    /// <summary>Runs it, each tokenizer on each text for so long; 0 when all counts agree.</summary>
    public static async Task<int> RunAsync(TimeSpan perText, CancellationToken cancellationToken)
    {
        double[] least = [double.PositiveInfinity, double.PositiveInfinity];
        var tools = Environment.GetEnvironmentVariable("CCR_NODE_TOOLS");
        var failed = false;
        Console.WriteLine("encoding     text    bytes     tokens   ccr MB/s  tiktoken MB/s  gpt-tokenizer MB/s   ratios");
        foreach (var encoding in new[] { BpeEncoding.Cl100kBase, BpeEncoding.O200kBase })
        {
            foreach (var kind in TokenTexts.Kinds)
            {
                var text = TokenTexts.Make(kind);
                var (tokens, speed) = Measure(encoding, text, perText);
                var line = string.Create(CultureInfo.InvariantCulture, $"{encoding.Name,-11}  {kind,-6} {text.Length,8} {tokens,9} {speed,9:F1}");
                if (!string.IsNullOrEmpty(tools))
                {
                    var peers = await MeasurePeersAsync(encoding.Name, text, perText, cancellationToken).ConfigureAwait(false);
                    least = [Math.Min(least[0], speed / peers[0].Speed), Math.Min(least[1], speed / peers[1].Speed)];
                    failed |= peers.Any(peer => peer.Tokens != tokens);
                    line += string.Create(CultureInfo.InvariantCulture,
                        $" {peers[0].Speed,13:F1} {peers[1].Speed,18:F1}   {speed / peers[0].Speed:F1} and {speed / peers[1].Speed:F1}")
                        + string.Concat(peers.Where(peer => peer.Tokens != tokens).Select(peer => $"  DIFFERS: {peer.Tokens}"));
                }

                Console.WriteLine(line);
            }
        }

        if (!string.IsNullOrEmpty(tools))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"least ratios: {least[0]:F1} to tiktoken, {least[1]:F1} to gpt-tokenizer; counts {(failed ? "DIFFER" : "agree")}"));
        }

        return failed ? 1 : 0;
    }

    /// <summary>Bytes per second of processor time, after one run to warm up: what else the machine does then hardly matters, to us or to the others.</summary>
    private static (long Tokens, double Speed) Measure(BpeEncoding encoding, byte[] text, TimeSpan perText)
    {
        var tokens = encoding.CountTokens(text);
        var started = Stopwatch.GetTimestamp();
        var before = Environment.CpuUsage.TotalTime;
        var runs = 0;
        do
        {
            encoding.CountTokens(text);
            runs++;
        }
        while (Stopwatch.GetElapsedTime(started) < perText);

        return (tokens, text.Length * (double)runs / (Environment.CpuUsage.TotalTime - before).TotalSeconds / 1e6);
    }

    private static async Task<(long Tokens, double Speed)[]> MeasurePeersAsync(string encoding, byte[] text, TimeSpan perText, CancellationToken cancellationToken)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, text, cancellationToken).ConfigureAwait(false);
            var script = Path.Combine(TokenTexts.Repository(), "bench", "Ccr.Bench", "Tokenization", "peers.mjs");
            string[] arguments = [script, encoding, file, perText.TotalMilliseconds.ToString(CultureInfo.InvariantCulture)];
            using var node = Process.Start(new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true })!;
            var output = await node.StandardOutput.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            await node.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            if (node.ExitCode != 0)
            {
                throw new InvalidOperationException("node failed on peers.mjs: does the folder that CCR_NODE_TOOLS names hold node_modules with tiktoken and gpt-tokenizer?");
            }

            return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' '))
                .Select(words => (long.Parse(words[1], CultureInfo.InvariantCulture), double.Parse(words[2], CultureInfo.InvariantCulture)))];
        }
        finally
        {
            File.Delete(file);
        }
    }
}
