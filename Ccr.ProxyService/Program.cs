namespace Ccr.ProxyService;

internal static class Program
{
    private static int Main() => 0;
}
