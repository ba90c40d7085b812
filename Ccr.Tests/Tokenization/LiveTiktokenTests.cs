using System.Diagnostics;
using Ccr.Tests.Parts;
using Ccr.Tokenization;

namespace Ccr.Tests.Tokenization;

public sealed class LiveTiktokenTests
{
    [NeedsFact("node", "npm:tiktoken")]
    public async Task Fresh_texts_encode_as_with_the_installed_tiktoken()
    {
        var texts = GeneratedTexts.Make(seed: 4_242, count: 3_000);
        texts.AddRange(Golden.CorpusFiles.Select(Golden.Corpus));
        texts.Add(GeneratedTexts.Junk(seed: 4_243, length: 5_000));
        var file = Path.GetTempFileName();
        try
        {
            await using (var output = new BinaryWriter(File.Create(file)))
            {
                foreach (var text in texts)
                {
                    output.Write(text.Length);
                    output.Write(text);
                }
            }

            foreach (var name in BpeEncoding.Names)
            {
                var lines = await EncodeWithTiktokenAsync(name, file);
                Assert.Equal(texts.Count, lines.Length);
                for (var i = 0; i < lines.Length; i++)
                {
                    Assert.Equal(lines[i], string.Join(' ', Golden.Encode(BpeEncoding.Find(name)!, texts[i])));
                }
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task<string[]> EncodeWithTiktokenAsync(string name, string file)
    {
        var script = Path.Combine(Part.Repository, "eng", "vocabularies", "golden.mjs");
        using var node = Process.Start(new ProcessStartInfo(Part.Program("node")!, [script, "encode", name, file]) { RedirectStandardOutput = true })!;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(100));
        try
        {
            var output = await node.StandardOutput.ReadToEndAsync(timeout.Token);
            await node.WaitForExitAsync(timeout.Token);
            Assert.Equal(0, node.ExitCode);
            return output.TrimEnd('\n').Split('\n');
        }
        finally
        {
            if (!node.HasExited)
            {
                node.Kill();
            }
        }
    }
}
