namespace Ccr.TokenizerService;

internal static class Program
{
    private static int Main() => 0;
}
