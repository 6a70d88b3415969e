// Puts the console together. The stop comes first: nothing that fails after it keeps it from working.
import { startStop } from "./stop.js";
import { startCamera } from "./camera.js";
import { startComposer } from "./composer.js";
import { focusTask, startConversation } from "./conversation.js";
import { startControls, stopConfirmed } from "./controls.js";
import { startDriver } from "./driver.js";
import { connect } from "./events.js";
import { startJoints } from "./joints.js";
import { startMicrophone } from "./microphone.js";
import { LANGUAGES } from "./strings.js";
import { startQueue } from "./queue.js";
import { startRobot } from "./robot.js";
import { startRuns } from "./runs.js";
import { startView } from "./view.js";
import { startVoice } from "./voice.js";
import { chooseLanguage, chooseUsualLanguage, language } from "./words.js";

startStop(stopConfirmed);

function startLanguage() {
  const select = document.getElementById("language");
  for (const { code, name } of LANGUAGES) {
    const option = new Option(name, code);
    option.lang = code;
    select.append(option);
  }
  chooseUsualLanguage();
  select.value = language();
  select.addEventListener("change", () => chooseLanguage(select.value));
}

/** Opens the panels beside the conversation where there is room for them. */
function startPanels() {
  const isWide = matchMedia("(min-width: 75rem)").matches;
  for (const panel of document.querySelectorAll("details.panel")) {
    if (panel.id !== "runs") panel.open = isWide;
  }
}

const parts = [
  startLanguage,
  startPanels,
  startControls,
  startDriver,
  () => startComposer(focusTask),
  () => startMicrophone(stopConfirmed),
  startVoice,
  startConversation,
  startCamera,
  startView,
  startJoints,
  startQueue,
  startRuns,
  startRobot,
  connect,
];
for (const part of parts) {
  try {
    part();
  } catch (error) {
    console.error(error);
  }
}
