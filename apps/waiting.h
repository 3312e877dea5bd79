// How the compute threads wait for each other.
#pragma once

namespace dg {

/// Starts the program anew, in place of itself, with a short spin at the barriers of OpenMP, unless the
/// environment says something about waiting already. GCC's runtime spins for about ten milliseconds before it
/// sleeps, which is lost whenever another program has the core that it waits for: two threads were then 10 to
/// 30 times slower than one. It reads its settings before main, so they can only come from the environment.
/// Returns where that is done or cannot be done. To be called before anything else.
void wait_briefly(char** arguments);

}  // namespace dg
