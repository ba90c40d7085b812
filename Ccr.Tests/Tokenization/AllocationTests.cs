using System.Text;
using Ccr.Tokenization;

namespace Ccr.Tests.Tokenization;

public sealed class AllocationTests
{
    [Fact]
    public void Counting_a_text_allocates_nothing_once_warm()
    {
        var code = Golden.Corpus("csharp.txt");
        var chinese = Golden.Corpus("chinese.txt");
        var longPiece = Encoding.UTF8.GetBytes(new string('x', 5_000));
        var junk = GeneratedTexts.Junk(5, 1_000);
        BpeEncoding[] encodings = [BpeEncoding.Cl100kBase, BpeEncoding.O200kBase];
        AssertAllocatesNothing(() =>
        {
            foreach (var encoding in encodings)
            {
                encoding.CountTokens(code);
                encoding.CountTokens(chinese);
                encoding.CountTokens(longPiece);
                encoding.CountTokens(junk);
            }
        });
    }

    [Fact]
    public void Counting_in_parts_allocates_nothing_once_warm()
    {
        var text = Golden.Corpus("thai-indic.txt");
        var counter = new IncrementalCounter(BpeEncoding.O200kBase);
        AssertAllocatesNothing(() =>
        {
            for (var at = 0; at < text.Length; at += 100)
            {
                counter.Append(text.AsSpan(at, Math.Min(100, text.Length - at)));
            }

            counter.Finish();
        });
    }

    [Fact]
    public void Counting_a_request_allocates_nothing_once_warm()
    {
        var request = """
            {"system":[{"type":"text","text":"Be brief.\n\u00e9\ud83d\ude00"}],"tools":[{"name":"f","description":"d\t","input_schema":{"type":"object"}}],
             "messages":[{"role":"user","content":"Hi \"there\""},{"role":"assistant","content":[{"type":"tool_use","name":"f","input":{"a":[1,2]}}]},
             {"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/gif","data":"R0lGODlhAQABAAAAACw="}}]}]}
            """u8.ToArray();
        AssertAllocatesNothing(() => RequestTokenCounter.Count(request, BpeEncoding.Cl100kBase));
    }

    /// <summary>The least of several tries, since a collection in between may empty the shared array pool.</summary>
    internal static void AssertAllocatesNothing(Action action, int attempts = 50)
    {
        var least = long.MaxValue;
        for (var attempt = 0; attempt < attempts && least > 0; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}
