namespace Ccr.Standins.EmbeddedRedis;

internal static class Program
{
    private static int Main() => 0;
}
