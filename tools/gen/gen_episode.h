/* gen_episode.h - what customers do in one go: look around and buy, answer a mail, talk to somebody. */
#ifndef TOOLS_GEN_GEN_EPISODE_H
#define TOOLS_GEN_GEN_EPISODE_H

#include "tools/gen/gen_scene.h"

/* One episode of a kind drawn by weight, at a time of the day drawn too. */
void gen_episode_play(struct gen_scene *scene);

#endif
