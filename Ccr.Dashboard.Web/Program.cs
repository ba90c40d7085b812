namespace Ccr.Dashboard.Web;

internal static class Program
{
    private static int Main() => 0;
}
