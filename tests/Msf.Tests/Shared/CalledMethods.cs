using System.Reflection;
using System.Reflection.Emit;

namespace Msf.Tests.Shared;

/// <summary>Which methods the compiled code of an assembly calls, directly or through others of the same assembly.</summary>
internal static class CalledMethods
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly HashSet<byte> _callCodes =
        [(byte)OpCodes.Call.Value, (byte)OpCodes.Callvirt.Value, (byte)OpCodes.Newobj.Value];

    /// <summary>All methods and constructors of an assembly.</summary>
    public static IEnumerable<MethodBase> Of(Assembly assembly) =>
        assembly.GetTypes().SelectMany(type => type.GetMethods(Declared).Cast<MethodBase>().Concat(type.GetConstructors(Declared)));

    /// <summary>The methods that a method calls; reads its instructions byte by byte, so it may see one too many, never one too few.</summary>
    public static IEnumerable<MethodBase> By(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code) yield break;
        for (var i = 0; i + 4 < code.Length; i++)
        {
            if (_callCodes.Contains(code[i]) && Resolve(method, BitConverter.ToInt32(code, i + 1)) is { } called) yield return called;
        }
    }

    /// <summary>The methods of an assembly that call one of <paramref name="roots"/>, directly or by way of others in the set.</summary>
    public static HashSet<MethodBase> Reaching(Assembly assembly, Func<MethodBase, bool> roots)
    {
        var callers = Of(assembly).SelectMany(method => By(method).Select(called => (method, called))).ToLookup(pair => pair.called, pair => pair.method);
        var reached = new HashSet<MethodBase>();
        var open = new Stack<MethodBase>(callers.Where(group => roots(group.Key)).SelectMany(group => group));
        while (open.TryPop(out var method))
        {
            if (roots(method) || !reached.Add(method)) continue;
            foreach (var caller in callers[method]) open.Push(caller);
        }
        return reached;
    }

    private static MethodBase? Resolve(MethodBase method, int token)
    {
        try
        {
            var ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
            return method.Module.ResolveMethod(token, ofType, method.IsGenericMethod ? method.GetGenericArguments() : null);
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException)
        {
            return null;                                     // bytes of another instruction that look like a call
        }
    }
}
