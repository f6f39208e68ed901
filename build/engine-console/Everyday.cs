using System.Management.Automation;
using System.Reflection;

namespace EngineConsole;

/// <summary>The everyday cmdlets that live outside the engine and that NuGet does not have.</summary>
public static class Everyday
{
    /// <summary>Every cmdlet of this assembly by its name.</summary>
    public static IEnumerable<(string Name, Type Type)> Cmdlets() =>
        from type in typeof(Everyday).Assembly.GetTypes()
        where !type.IsAbstract && type.IsSubclassOf(typeof(Cmdlet))
        let attribute = type.GetCustomAttribute<CmdletAttribute>()
        where attribute is not null
        select ($"{attribute.VerbName}-{attribute.NounName}", type);
}
